CREATE TABLE "examination_artifacts" (
	"artifact_uuid" uuid PRIMARY KEY NOT NULL,
	"file_hash" text NOT NULL,
	"original_filename" text NOT NULL,
	"batch_id" uuid,
	"exam_type" text DEFAULT 'CIA1' NOT NULL,
	"parsed_reg_no" text,
	"parsed_subject_code" text,
	"register_confidence" double precision,
	"subject_confidence" double precision,
	"confidence" double precision,
	"attempt_number" integer,
	"attempt_2_locked" boolean DEFAULT true NOT NULL,
	"workflow_status" text DEFAULT 'PENDING' NOT NULL,
	"review_reasons" text[] DEFAULT '{}' NOT NULL,
	"review_outcome" text,
	"reviewed_by" uuid,
	"reviewed_at" timestamp (3) with time zone,
	"duplicate_of" uuid,
	"waiting_for" text,
	"error_message" text,
	"uploaded_by_staff_id" uuid,
	"version" integer DEFAULT 1 NOT NULL,
	"transaction_id" text,
	"moodle_user_id" integer,
	"moodle_username" text,
	"moodle_course_id" integer,
	"moodle_assignment_id" integer,
	"moodle_draft_item_id" bigint,
	"moodle_submission_id" integer,
	"submitted_by_register_number" text,
	"uploaded_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"extracted_at" timestamp (3) with time zone,
	"validated_at" timestamp (3) with time zone,
	"submit_timestamp" timestamp (3) with time zone,
	"completed_at" timestamp (3) with time zone,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_logs" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"actor_type" text NOT NULL,
	"actor_id" text,
	"action" text NOT NULL,
	"artifact_uuid" uuid,
	"before" jsonb,
	"after" jsonb,
	"request_id" text
);
--> statement-breakpoint
CREATE TABLE "reading_candidates" (
	"id" uuid PRIMARY KEY NOT NULL,
	"artifact_uuid" uuid NOT NULL,
	"field" text NOT NULL,
	"rank" integer NOT NULL,
	"value" text NOT NULL,
	"raw" text NOT NULL,
	"confidence" double precision NOT NULL,
	"detection_confidence" double precision NOT NULL,
	"box" jsonb NOT NULL,
	"page" integer NOT NULL,
	"matched" boolean NOT NULL,
	"margin" double precision,
	"crop" "bytea",
	"crop_type" text
);
--> statement-breakpoint
CREATE TABLE "class_roster_entries" (
	"roster_id" uuid NOT NULL,
	"register_number" text NOT NULL,
	"student_name" text,
	CONSTRAINT "class_roster_entries_roster_id_register_number_pk" PRIMARY KEY("roster_id","register_number")
);
--> statement-breakpoint
CREATE TABLE "class_rosters" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"exam_type" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"created_by_staff_id" uuid
);
--> statement-breakpoint
CREATE TABLE "course_list_entries" (
	"list_id" uuid NOT NULL,
	"subject_code" text NOT NULL,
	"subject_name" text,
	CONSTRAINT "course_list_entries_list_id_subject_code_pk" PRIMARY KEY("list_id","subject_code")
);
--> statement-breakpoint
CREATE TABLE "course_lists" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"exam_type" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"created_by_staff_id" uuid
);
--> statement-breakpoint
CREATE TABLE "extractions" (
	"artifact_uuid" uuid PRIMARY KEY NOT NULL,
	"mode" text NOT NULL,
	"model" jsonb NOT NULL,
	"page" integer NOT NULL,
	"pages" integer NOT NULL,
	"rotation" integer NOT NULL,
	"skew_degrees" double precision NOT NULL,
	"regions_found" jsonb NOT NULL,
	"warnings" jsonb NOT NULL,
	"timings_ms" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reading_reports" (
	"id" uuid PRIMARY KEY NOT NULL,
	"artifact_uuid" uuid NOT NULL,
	"register_number" text NOT NULL,
	"suggested_reg_no" text,
	"suggested_subject_code" text,
	"message" text NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"resolved_at" timestamp (3) with time zone,
	"resolved_by_staff_id" uuid,
	"resolution" text
);
--> statement-breakpoint
CREATE TABLE "sheet_file_chunks" (
	"sha256" text NOT NULL,
	"position" integer NOT NULL,
	"content" "bytea" NOT NULL,
	CONSTRAINT "sheet_file_chunks_sha256_position_pk" PRIMARY KEY("sha256","position")
);
--> statement-breakpoint
CREATE TABLE "sheet_files" (
	"sha256" text PRIMARY KEY NOT NULL,
	"size_bytes" integer NOT NULL,
	"mime_type" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "staff_sessions" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"staff_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "staff_setup_links" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"staff_id" uuid NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "staff_users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"username" text NOT NULL,
	"password_hash" text,
	"full_name" text,
	"email" text,
	"role" text DEFAULT 'staff' NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"failed_logins" integer DEFAULT 0 NOT NULL,
	"locked_until" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_login_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "student_sessions" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"session_id" uuid NOT NULL,
	"register_number" text NOT NULL,
	"moodle_user_id" integer NOT NULL,
	"moodle_username" text NOT NULL,
	"full_name" text,
	"moodle_token_encrypted" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "student_username_register" (
	"register_number" text PRIMARY KEY NOT NULL,
	"moodle_username" text NOT NULL,
	"full_name" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "subject_mappings" (
	"id" uuid PRIMARY KEY NOT NULL,
	"subject_code" text NOT NULL,
	"subject_name" text,
	"exam_type" text DEFAULT 'CIA1' NOT NULL,
	"moodle_course_id" integer NOT NULL,
	"moodle_assignment_id" integer NOT NULL,
	"moodle_assignment_name" text,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "submission_queue" (
	"id" uuid PRIMARY KEY NOT NULL,
	"artifact_uuid" uuid NOT NULL,
	"register_number" text NOT NULL,
	"moodle_username" text NOT NULL,
	"moodle_token_encrypted" text,
	"status" text DEFAULT 'QUEUED' NOT NULL,
	"retry_count" integer DEFAULT 0 NOT NULL,
	"next_retry_at" timestamp (3) with time zone,
	"last_error" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "system_config" (
	"key" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "examination_artifacts" ADD CONSTRAINT "examination_artifacts_file_hash_sheet_files_sha256_fk" FOREIGN KEY ("file_hash") REFERENCES "public"."sheet_files"("sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reading_candidates" ADD CONSTRAINT "reading_candidates_artifact_uuid_examination_artifacts_artifact_uuid_fk" FOREIGN KEY ("artifact_uuid") REFERENCES "public"."examination_artifacts"("artifact_uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "class_roster_entries" ADD CONSTRAINT "class_roster_entries_roster_id_class_rosters_id_fk" FOREIGN KEY ("roster_id") REFERENCES "public"."class_rosters"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "course_list_entries" ADD CONSTRAINT "course_list_entries_list_id_course_lists_id_fk" FOREIGN KEY ("list_id") REFERENCES "public"."course_lists"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "extractions" ADD CONSTRAINT "extractions_artifact_uuid_examination_artifacts_artifact_uuid_fk" FOREIGN KEY ("artifact_uuid") REFERENCES "public"."examination_artifacts"("artifact_uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reading_reports" ADD CONSTRAINT "reading_reports_artifact_uuid_examination_artifacts_artifact_uuid_fk" FOREIGN KEY ("artifact_uuid") REFERENCES "public"."examination_artifacts"("artifact_uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sheet_file_chunks" ADD CONSTRAINT "sheet_file_chunks_sha256_sheet_files_sha256_fk" FOREIGN KEY ("sha256") REFERENCES "public"."sheet_files"("sha256") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "staff_sessions" ADD CONSTRAINT "staff_sessions_staff_id_staff_users_id_fk" FOREIGN KEY ("staff_id") REFERENCES "public"."staff_users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "staff_setup_links" ADD CONSTRAINT "staff_setup_links_staff_id_staff_users_id_fk" FOREIGN KEY ("staff_id") REFERENCES "public"."staff_users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submission_queue" ADD CONSTRAINT "submission_queue_artifact_uuid_examination_artifacts_artifact_uuid_fk" FOREIGN KEY ("artifact_uuid") REFERENCES "public"."examination_artifacts"("artifact_uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "artifacts_file" ON "examination_artifacts" USING btree ("file_hash") WHERE "examination_artifacts"."workflow_status" <> 'DELETED';--> statement-breakpoint
CREATE UNIQUE INDEX "artifacts_attempt" ON "examination_artifacts" USING btree ("parsed_reg_no","parsed_subject_code","exam_type","attempt_number") WHERE "examination_artifacts"."attempt_number" is not null and "examination_artifacts"."workflow_status" <> 'DELETED';--> statement-breakpoint
CREATE INDEX "artifacts_student" ON "examination_artifacts" USING btree ("parsed_reg_no","parsed_subject_code","exam_type");--> statement-breakpoint
CREATE INDEX "artifacts_review" ON "examination_artifacts" USING btree ("workflow_status","confidence");--> statement-breakpoint
CREATE INDEX "artifacts_uploaded" ON "examination_artifacts" USING btree ("uploaded_at","artifact_uuid");--> statement-breakpoint
CREATE INDEX "artifacts_batch" ON "examination_artifacts" USING btree ("batch_id","updated_at");--> statement-breakpoint
CREATE INDEX "audit_artifact" ON "audit_logs" USING btree ("artifact_uuid","id");--> statement-breakpoint
CREATE INDEX "audit_at" ON "audit_logs" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "candidates_rank" ON "reading_candidates" USING btree ("artifact_uuid","field","rank");--> statement-breakpoint
CREATE INDEX "reports_status" ON "reading_reports" USING btree ("status","created_at");--> statement-breakpoint
CREATE INDEX "reports_artifact" ON "reading_reports" USING btree ("artifact_uuid");--> statement-breakpoint
CREATE INDEX "staff_sessions_expires" ON "staff_sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "staff_users_username" ON "staff_users" USING btree (lower("username"));--> statement-breakpoint
CREATE INDEX "student_sessions_expires" ON "student_sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "student_usernames_moodle" ON "student_username_register" USING btree (lower("moodle_username"));--> statement-breakpoint
CREATE UNIQUE INDEX "subject_mappings_subject" ON "subject_mappings" USING btree ("subject_code","exam_type");--> statement-breakpoint
CREATE INDEX "submission_queue_status" ON "submission_queue" USING btree ("status");--> statement-breakpoint
CREATE INDEX "submission_queue_artifact" ON "submission_queue" USING btree ("artifact_uuid");--> statement-breakpoint
CREATE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'The audit log is only ever added to.';
END;
$$;--> statement-breakpoint
CREATE TRIGGER "audit_logs_are_kept" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_logs" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();
--> statement-breakpoint
-- Scans are compressed already; trying again would cost time at every write.
ALTER TABLE "sheet_file_chunks" ALTER COLUMN "content" SET STORAGE EXTERNAL;--> statement-breakpoint
ALTER TABLE "reading_candidates" ALTER COLUMN "crop" SET STORAGE EXTERNAL;
