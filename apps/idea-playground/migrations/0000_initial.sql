CREATE TABLE "idea_playground_canvases" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"company_name" text DEFAULT '' NOT NULL,
	"company_industry" text DEFAULT '' NOT NULL,
	"uses_company" boolean DEFAULT false NOT NULL,
	"brief" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "idea_playground_merge_sources" (
	"idea_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"source_id" uuid,
	"title" text NOT NULL,
	CONSTRAINT "idea_playground_merge_sources_idea_id_position_pk" PRIMARY KEY("idea_id","position")
);
--> statement-breakpoint
CREATE TABLE "idea_playground_ideas" (
	"id" uuid PRIMARY KEY NOT NULL,
	"canvas_id" uuid NOT NULL,
	"content" jsonb NOT NULL,
	"origin" text NOT NULL,
	"request" text DEFAULT '' NOT NULL,
	"authorship" jsonb,
	"is_saved" boolean DEFAULT false NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"edited_at" timestamp with time zone,
	"deleted_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "idea_playground_variations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"idea_id" uuid NOT NULL,
	"content" jsonb NOT NULL,
	"authorship" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "app_settings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "llm_query_logs" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"operation" text NOT NULL,
	"tier" text NOT NULL,
	"answered_by" text,
	"variant" text DEFAULT 'live' NOT NULL,
	"fallback_path" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"error_code" text,
	"error_message" text,
	"model" text,
	"model_version" text,
	"caller" text,
	"query_text" text NOT NULL,
	"response_length" integer DEFAULT 0 NOT NULL,
	"prompt_tokens" integer,
	"generated_tokens" integer,
	"first_token_ms" real,
	"duration_ms" real NOT NULL,
	"cached" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"value_hash" text PRIMARY KEY NOT NULL,
	"key_hash" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "idea_playground_merge_sources" ADD CONSTRAINT "idea_playground_merge_sources_idea_id_idea_playground_ideas_id_fk" FOREIGN KEY ("idea_id") REFERENCES "public"."idea_playground_ideas"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idea_playground_merge_sources" ADD CONSTRAINT "idea_playground_merge_sources_source_id_idea_playground_ideas_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."idea_playground_ideas"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idea_playground_ideas" ADD CONSTRAINT "idea_playground_ideas_canvas_id_idea_playground_canvases_id_fk" FOREIGN KEY ("canvas_id") REFERENCES "public"."idea_playground_canvases"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idea_playground_variations" ADD CONSTRAINT "idea_playground_variations_idea_id_idea_playground_ideas_id_fk" FOREIGN KEY ("idea_id") REFERENCES "public"."idea_playground_ideas"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idea_playground_canvases_updated" ON "idea_playground_canvases" USING btree ("updated_at");--> statement-breakpoint
CREATE INDEX "idea_playground_sources_source" ON "idea_playground_merge_sources" USING btree ("source_id");--> statement-breakpoint
CREATE INDEX "idea_playground_ideas_canvas" ON "idea_playground_ideas" USING btree ("canvas_id","created_at");--> statement-breakpoint
CREATE INDEX "idea_playground_ideas_saved" ON "idea_playground_ideas" USING btree ("canvas_id") WHERE "idea_playground_ideas"."is_saved";--> statement-breakpoint
CREATE INDEX "idea_playground_variations_idea" ON "idea_playground_variations" USING btree ("idea_id","created_at");--> statement-breakpoint
CREATE INDEX "llm_query_logs_created" ON "llm_query_logs" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "llm_query_logs_tier" ON "llm_query_logs" USING btree ("tier","created_at");