ALTER TABLE "imports" ADD COLUMN "message" text;--> statement-breakpoint
ALTER TABLE "imports" ADD COLUMN "idempotency_key" text;--> statement-breakpoint
CREATE INDEX "imports_created" ON "imports" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "imports_idempotency" ON "imports" USING btree (coalesce("user_id", ''),"idempotency_key");