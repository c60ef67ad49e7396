CREATE EXTENSION IF NOT EXISTS vector;--> statement-breakpoint
CREATE TABLE "ai_calls" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"call_id" uuid NOT NULL,
	"job_id" uuid,
	"task" text NOT NULL,
	"model" text NOT NULL,
	"batch_size" integer NOT NULL,
	"attempt" integer NOT NULL,
	"status" text NOT NULL,
	"error_code" text,
	"error_message" text,
	"latency_ms" double precision NOT NULL,
	"cost" numeric(14, 8) NOT NULL
);
--> statement-breakpoint
CREATE TABLE "document_images" (
	"id" uuid PRIMARY KEY NOT NULL,
	"document_id" uuid NOT NULL,
	"picture_id" text NOT NULL,
	"image_url" text NOT NULL,
	"caption" text NOT NULL,
	"nearby_text" text NOT NULL,
	"page_number" integer NOT NULL,
	"position" integer NOT NULL,
	"box" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "documents" (
	"id" uuid PRIMARY KEY NOT NULL,
	"file_hash" text NOT NULL,
	"filename" text NOT NULL,
	"title" text,
	"status" text DEFAULT 'queued' NOT NULL,
	"page_count" integer,
	"pages_done" integer DEFAULT 0 NOT NULL,
	"problems" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"waiting_for" text,
	"error_message" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"completed_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "picture_vectors" (
	"picture_id" text NOT NULL,
	"kind" text NOT NULL,
	"model" text NOT NULL,
	"revision" text NOT NULL,
	"embedding" halfvec(1152) NOT NULL,
	CONSTRAINT "picture_vectors_picture_id_kind_pk" PRIMARY KEY("picture_id","kind")
);
--> statement-breakpoint
CREATE TABLE "pictures" (
	"id" text PRIMARY KEY NOT NULL,
	"file_hash" text NOT NULL,
	"thumbnail_hash" text NOT NULL,
	"width" integer NOT NULL,
	"height" integer NOT NULL,
	"thumbnail_width" integer NOT NULL,
	"thumbnail_height" integer NOT NULL,
	"kind" text NOT NULL,
	"color_space" text NOT NULL,
	"has_mask" boolean NOT NULL,
	"perceptual_hash" text NOT NULL,
	"color_hash" text NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"duplicate_of" text,
	"labels" jsonb,
	"color" text,
	"texture" text,
	"material" text,
	"style" text,
	"error_message" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "search_photos" (
	"id" text PRIMARY KEY NOT NULL,
	"model" text NOT NULL,
	"revision" text NOT NULL,
	"aspect_revision" text NOT NULL,
	"vectors" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "stored_file_chunks" (
	"sha256" text NOT NULL,
	"position" integer NOT NULL,
	"content" "bytea" NOT NULL,
	CONSTRAINT "stored_file_chunks_sha256_position_pk" PRIMARY KEY("sha256","position")
);
--> statement-breakpoint
CREATE TABLE "stored_files" (
	"sha256" text PRIMARY KEY NOT NULL,
	"size_bytes" integer NOT NULL,
	"mime_type" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "vector_index" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"model" text NOT NULL,
	"revision" text NOT NULL,
	"dimensions" integer NOT NULL,
	"aspect_revision" text NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "document_images" ADD CONSTRAINT "document_images_document_id_documents_id_fk" FOREIGN KEY ("document_id") REFERENCES "public"."documents"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "document_images" ADD CONSTRAINT "document_images_picture_id_pictures_id_fk" FOREIGN KEY ("picture_id") REFERENCES "public"."pictures"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "documents" ADD CONSTRAINT "documents_file_hash_stored_files_sha256_fk" FOREIGN KEY ("file_hash") REFERENCES "public"."stored_files"("sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "picture_vectors" ADD CONSTRAINT "picture_vectors_picture_id_pictures_id_fk" FOREIGN KEY ("picture_id") REFERENCES "public"."pictures"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pictures" ADD CONSTRAINT "pictures_file_hash_stored_files_sha256_fk" FOREIGN KEY ("file_hash") REFERENCES "public"."stored_files"("sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pictures" ADD CONSTRAINT "pictures_thumbnail_hash_stored_files_sha256_fk" FOREIGN KEY ("thumbnail_hash") REFERENCES "public"."stored_files"("sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "search_photos" ADD CONSTRAINT "search_photos_id_stored_files_sha256_fk" FOREIGN KEY ("id") REFERENCES "public"."stored_files"("sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stored_file_chunks" ADD CONSTRAINT "stored_file_chunks_sha256_stored_files_sha256_fk" FOREIGN KEY ("sha256") REFERENCES "public"."stored_files"("sha256") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "ai_calls_created" ON "ai_calls" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "ai_calls_job" ON "ai_calls" USING btree ("job_id");--> statement-breakpoint
CREATE UNIQUE INDEX "document_images_place" ON "document_images" USING btree ("document_id","page_number","position");--> statement-breakpoint
CREATE INDEX "document_images_picture" ON "document_images" USING btree ("picture_id");--> statement-breakpoint
CREATE UNIQUE INDEX "documents_file" ON "documents" USING btree ("file_hash");--> statement-breakpoint
CREATE INDEX "documents_created" ON "documents" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "picture_vectors_base" ON "picture_vectors" USING hnsw ("embedding" halfvec_cosine_ops) WITH (m=16,ef_construction=64) WHERE "picture_vectors"."kind" = 'base';--> statement-breakpoint
CREATE INDEX "picture_vectors_color" ON "picture_vectors" USING hnsw ("embedding" halfvec_cosine_ops) WITH (m=16,ef_construction=64) WHERE "picture_vectors"."kind" = 'color';--> statement-breakpoint
CREATE INDEX "picture_vectors_texture" ON "picture_vectors" USING hnsw ("embedding" halfvec_cosine_ops) WITH (m=16,ef_construction=64) WHERE "picture_vectors"."kind" = 'texture';--> statement-breakpoint
CREATE INDEX "picture_vectors_material" ON "picture_vectors" USING hnsw ("embedding" halfvec_cosine_ops) WITH (m=16,ef_construction=64) WHERE "picture_vectors"."kind" = 'material';--> statement-breakpoint
CREATE INDEX "picture_vectors_style" ON "picture_vectors" USING hnsw ("embedding" halfvec_cosine_ops) WITH (m=16,ef_construction=64) WHERE "picture_vectors"."kind" = 'style';--> statement-breakpoint
CREATE INDEX "pictures_duplicate" ON "pictures" USING btree ("duplicate_of");--> statement-breakpoint
CREATE INDEX "pictures_color" ON "pictures" USING btree ("color");--> statement-breakpoint
-- Vectors of 2,304 bytes stay in their rows: an exact search reads them all.
ALTER TABLE "picture_vectors" ALTER COLUMN "embedding" SET STORAGE PLAIN;--> statement-breakpoint
-- The original's call log under its own names. Confidence is empty: the original wrote 0.95 there, whatever had happened.
CREATE VIEW "ai_call_logs" AS SELECT
	"id",
	"created_at" AS "timestamp",
	"job_id",
	"task",
	"model",
	NULL::integer AS "input_tokens",
	NULL::integer AS "output_tokens",
	"cost",
	round("latency_ms")::integer AS "latency_ms",
	NULL::numeric(3, 2) AS "confidence_score",
	jsonb_build_object('batch_size', "batch_size") AS "confidence_breakdown",
	CASE WHEN "status" = 'failed' THEN 'call_failed' ELSE 'use_ai_result' END AS "action",
	"error_code" AS "fallback_reason",
	jsonb_build_object('call_id', "call_id", 'attempt', "attempt", 'batch_size', "batch_size") AS "request_data",
	jsonb_build_object('status', "status") AS "response_data",
	"error_message"
FROM "ai_calls";--> statement-breakpoint
CREATE VIEW "image_siglip_embeddings" AS SELECT
	"picture_vectors"."picture_id" AS "id",
	"picture_vectors"."embedding" AS "vec",
	jsonb_build_object('document_id', "place"."document_id", 'page_number', "place"."page_number", 'image_url', "place"."image_url", 'model', "picture_vectors"."model", 'revision', "picture_vectors"."revision") AS "metadata"
FROM "picture_vectors" CROSS JOIN LATERAL (
	SELECT * FROM "document_images" WHERE "document_images"."picture_id" = "picture_vectors"."picture_id" ORDER BY "created_at", "page_number" LIMIT 1
) AS "place" WHERE "picture_vectors"."kind" = 'base';--> statement-breakpoint
CREATE VIEW "image_color_embeddings" AS SELECT
	"picture_vectors"."picture_id" AS "id",
	"picture_vectors"."embedding" AS "vec",
	jsonb_build_object('document_id', "place"."document_id", 'page_number', "place"."page_number", 'image_url', "place"."image_url", 'model', "picture_vectors"."model", 'revision', "picture_vectors"."revision") AS "metadata"
FROM "picture_vectors" CROSS JOIN LATERAL (
	SELECT * FROM "document_images" WHERE "document_images"."picture_id" = "picture_vectors"."picture_id" ORDER BY "created_at", "page_number" LIMIT 1
) AS "place" WHERE "picture_vectors"."kind" = 'color';--> statement-breakpoint
CREATE VIEW "image_texture_embeddings" AS SELECT
	"picture_vectors"."picture_id" AS "id",
	"picture_vectors"."embedding" AS "vec",
	jsonb_build_object('document_id', "place"."document_id", 'page_number', "place"."page_number", 'image_url', "place"."image_url", 'model', "picture_vectors"."model", 'revision', "picture_vectors"."revision") AS "metadata"
FROM "picture_vectors" CROSS JOIN LATERAL (
	SELECT * FROM "document_images" WHERE "document_images"."picture_id" = "picture_vectors"."picture_id" ORDER BY "created_at", "page_number" LIMIT 1
) AS "place" WHERE "picture_vectors"."kind" = 'texture';--> statement-breakpoint
CREATE VIEW "image_style_embeddings" AS SELECT
	"picture_vectors"."picture_id" AS "id",
	"picture_vectors"."embedding" AS "vec",
	jsonb_build_object('document_id', "place"."document_id", 'page_number', "place"."page_number", 'image_url', "place"."image_url", 'model', "picture_vectors"."model", 'revision', "picture_vectors"."revision") AS "metadata"
FROM "picture_vectors" CROSS JOIN LATERAL (
	SELECT * FROM "document_images" WHERE "document_images"."picture_id" = "picture_vectors"."picture_id" ORDER BY "created_at", "page_number" LIMIT 1
) AS "place" WHERE "picture_vectors"."kind" = 'style';--> statement-breakpoint
CREATE VIEW "image_material_embeddings" AS SELECT
	"picture_vectors"."picture_id" AS "id",
	"picture_vectors"."embedding" AS "vec",
	jsonb_build_object('document_id', "place"."document_id", 'page_number', "place"."page_number", 'image_url', "place"."image_url", 'model', "picture_vectors"."model", 'revision', "picture_vectors"."revision") AS "metadata"
FROM "picture_vectors" CROSS JOIN LATERAL (
	SELECT * FROM "document_images" WHERE "document_images"."picture_id" = "picture_vectors"."picture_id" ORDER BY "created_at", "page_number" LIMIT 1
) AS "place" WHERE "picture_vectors"."kind" = 'material';
