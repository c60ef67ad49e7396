CREATE EXTENSION IF NOT EXISTS vector;--> statement-breakpoint
CREATE EXTENSION IF NOT EXISTS pg_trgm;--> statement-breakpoint
CREATE TABLE "film_vectors" (
	"film_id" integer NOT NULL,
	"model" text NOT NULL,
	"revision" text NOT NULL,
	"text_hash" text NOT NULL,
	"embedding" vector(384) NOT NULL,
	"reduced" vector,
	CONSTRAINT "film_vectors_film_id_model_revision_pk" PRIMARY KEY("film_id","model","revision")
);
--> statement-breakpoint
CREATE TABLE "films" (
	"id" serial PRIMARY KEY NOT NULL,
	"source" text NOT NULL,
	"source_id" text NOT NULL,
	"title" text NOT NULL,
	"year" integer,
	"genres" text[] NOT NULL,
	"directors" text[] NOT NULL,
	"cast_names" text[] NOT NULL,
	"tags" text[] NOT NULL,
	"description" text NOT NULL,
	"average_rating" real,
	"rating_count" integer,
	"search_text" "tsvector" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "search_index" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"model" text NOT NULL,
	"revision" text NOT NULL,
	"dimensions" integer NOT NULL,
	"reduction" jsonb,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "film_vectors" ADD CONSTRAINT "film_vectors_film_id_films_id_fk" FOREIGN KEY ("film_id") REFERENCES "public"."films"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "films_source" ON "films" USING btree ("source","source_id");--> statement-breakpoint
CREATE INDEX "films_search" ON "films" USING gin ("search_text");--> statement-breakpoint
CREATE INDEX "films_title_similarity" ON "films" USING gin ("title" gin_trgm_ops);