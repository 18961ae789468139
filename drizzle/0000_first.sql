CREATE TABLE "audit_batches" (
	"id" bigint PRIMARY KEY NOT NULL,
	"sealed_at" timestamp with time zone NOT NULL,
	"entry_ids" bigint[] NOT NULL,
	"entry_digests" "bytea" NOT NULL,
	"previous_hash" "bytea",
	"hash" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_entries" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"event" text NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" uuid,
	"tournament_id" uuid,
	"subject_id" uuid,
	"request_id" text,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"data_salt" uuid DEFAULT gen_random_uuid(),
	"data_digest" "bytea",
	"masked_at" timestamp with time zone,
	"address" text,
	"address_salt" uuid DEFAULT gen_random_uuid(),
	"address_digest" "bytea"
);
--> statement-breakpoint
CREATE TABLE "audit_unsealed" (
	"entry_id" bigint PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "documents" (
	"id" uuid PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"player_id" uuid,
	"kind" text NOT NULL,
	"file_id" uuid,
	"original_name" text NOT NULL,
	"position" smallint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"erased_at" timestamp with time zone,
	"erased_for" text,
	CONSTRAINT "documents_file_or_erased" CHECK (("documents"."file_id" is null) = ("documents"."erased_at" is not null)),
	CONSTRAINT "documents_erased_for" CHECK (("documents"."erased_at" is null) = ("documents"."erased_for" is null))
);
--> statement-breakpoint
CREATE TABLE "drafts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tournament_id" uuid NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"form" jsonb NOT NULL,
	"team_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "drafts_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "files" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tournament_id" uuid NOT NULL,
	"name" text NOT NULL,
	"digest" "bytea" NOT NULL,
	"bytes" integer NOT NULL,
	"content_type" text NOT NULL,
	"put_at" timestamp with time zone NOT NULL,
	"sender_hash" "bytea" NOT NULL,
	"picture_tries" smallint DEFAULT 0 NOT NULL,
	"picture_tried_at" timestamp with time zone,
	"pictures_at" timestamp with time zone,
	"width" integer,
	"height" integer,
	"likeness" "bytea",
	CONSTRAINT "files_never_empty" CHECK ("files"."bytes" > 0)
);
--> statement-breakpoint
CREATE TABLE "uploads" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tournament_id" uuid NOT NULL,
	"capability_hash" "bytea",
	"draft_id" uuid,
	"slot" text,
	"kind" text NOT NULL,
	"file_id" uuid NOT NULL,
	"original_name" text NOT NULL,
	"team_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "uploads_capability_hash_unique" UNIQUE("capability_hash"),
	CONSTRAINT "uploads_one_owner" CHECK (("uploads"."capability_hash" is null) <> ("uploads"."draft_id" is null)),
	CONSTRAINT "uploads_slot_in_draft" CHECK (("uploads"."slot" is null) = ("uploads"."draft_id" is null))
);
--> statement-breakpoint
CREATE TABLE "file_copies" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tournament_id" uuid NOT NULL,
	"name" text NOT NULL,
	"host" text NOT NULL,
	"state" text NOT NULL,
	"spool" text,
	"digest" "bytea" NOT NULL,
	"bytes" integer NOT NULL,
	"sent_at" timestamp with time zone,
	"tries" integer DEFAULT 0 NOT NULL,
	"next_try_at" timestamp with time zone NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "file_copies_state_known" CHECK ("file_copies"."state" in ('waiting', 'there', 'leaving')),
	CONSTRAINT "file_copies_host_known" CHECK ("file_copies"."host" in ('cloudinary', 's3')),
	CONSTRAINT "file_copies_waiting_in_spool" CHECK ("file_copies"."state" <> 'waiting' or "file_copies"."spool" is not null)
);
--> statement-breakpoint
CREATE TABLE "guess_failures" (
	"key" text PRIMARY KEY NOT NULL,
	"failures" integer NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	"guess_id" uuid NOT NULL,
	"former_last_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rate_limits" (
	"key" text PRIMARY KEY NOT NULL,
	"points" bigint NOT NULL,
	"expire" bigint
);
--> statement-breakpoint
CREATE TABLE "mails" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tournament_id" uuid,
	"team_id" uuid,
	"kind" text NOT NULL,
	"to_address" text NOT NULL,
	"to_name" text NOT NULL,
	"data" jsonb NOT NULL,
	"at_once" boolean DEFAULT false NOT NULL,
	"state" text NOT NULL,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"next_try_at" timestamp with time zone DEFAULT now() NOT NULL,
	"give_up_at" timestamp with time zone,
	"claim_id" uuid,
	"last_answer" text,
	"history" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"sent_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "mails_state_known" CHECK ("mails"."state" in ('queued', 'sending', 'sent', 'retrying', 'failed', 'held')),
	CONSTRAINT "mails_claim_while_sending" CHECK (("mails"."state" = 'sending') = ("mails"."claim_id" is not null))
);
--> statement-breakpoint
CREATE TABLE "message_templates" (
	"tournament_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"body" text NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "message_templates_tournament_id_kind_pk" PRIMARY KEY("tournament_id","kind")
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"key_hash" "bytea" NOT NULL,
	"hint" text NOT NULL,
	"name" text NOT NULL,
	"scopes" text[] NOT NULL,
	"tournament_id" uuid,
	"made_by" uuid NOT NULL,
	"expires_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "api_keys_key_hash_unique" UNIQUE("key_hash")
);
--> statement-breakpoint
CREATE TABLE "challenges" (
	"token_hash" "bytea" PRIMARY KEY NOT NULL,
	"purpose" text NOT NULL,
	"staff_id" uuid,
	"value" text,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "email_changes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"staff_id" uuid NOT NULL,
	"email" text NOT NULL,
	"email_key" text NOT NULL,
	"present_confirmed_at" timestamp with time zone,
	"coming_confirmed_at" timestamp with time zone,
	"expires_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "passkeys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"staff_id" uuid NOT NULL,
	"credential_id" text NOT NULL,
	"public_key" "bytea" NOT NULL,
	"counter" bigint NOT NULL,
	"transports" text[] NOT NULL,
	"name" text NOT NULL,
	"last_used_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "passkeys_credential_id_unique" UNIQUE("credential_id")
);
--> statement-breakpoint
CREATE TABLE "recovery_codes" (
	"staff_id" uuid NOT NULL,
	"code_hash" "bytea" NOT NULL,
	"used_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "recovery_codes_staff_id_code_hash_pk" PRIMARY KEY("staff_id","code_hash")
);
--> statement-breakpoint
CREATE TABLE "refresh_tokens" (
	"token_hash" "bytea" PRIMARY KEY NOT NULL,
	"session_id" uuid NOT NULL,
	"used_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"token_hash" "bytea",
	"staff_id" uuid NOT NULL,
	"device" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"confirmed_at" timestamp with time zone,
	CONSTRAINT "sessions_token_hash_unique" UNIQUE("token_hash"),
	CONSTRAINT "sessions_browser_token" CHECK (("sessions"."kind" = 'browser') = ("sessions"."token_hash" is not null))
);
--> statement-breakpoint
CREATE TABLE "setup_tokens" (
	"token_hash" "bytea" PRIMARY KEY NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"claimed_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "staff_links" (
	"token_hash" "bytea" PRIMARY KEY NOT NULL,
	"staff_id" uuid NOT NULL,
	"purpose" text NOT NULL,
	"side" text,
	"email_change_id" uuid,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "staff_links_email" CHECK (("staff_links"."purpose" = 'email') = ("staff_links"."side" is not null and "staff_links"."email_change_id" is not null))
);
--> statement-breakpoint
CREATE TABLE "totp_secrets" (
	"staff_id" uuid PRIMARY KEY NOT NULL,
	"secret" "bytea" NOT NULL,
	"confirmed_at" timestamp with time zone,
	"last_step" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"tournament_id" uuid NOT NULL,
	"door" text NOT NULL,
	"key_hash" "bytea" NOT NULL,
	"fingerprint" "bytea" NOT NULL,
	"team_id" uuid NOT NULL,
	"state" text NOT NULL,
	"code" text NOT NULL,
	"secrets" "bytea" NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "installation" (
	"one" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"file_key" "bytea" NOT NULL,
	"secret_key_digest" "bytea" NOT NULL,
	"files_mark" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "installation_one_row" CHECK ("installation"."one")
);
--> statement-breakpoint
CREATE TABLE "staff" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_key" text NOT NULL,
	"password_hash" text,
	"disabled_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "staff_email_key_unique" UNIQUE("email_key")
);
--> statement-breakpoint
CREATE TABLE "staff_roles" (
	"id" uuid PRIMARY KEY NOT NULL,
	"staff_id" uuid NOT NULL,
	"role" text NOT NULL,
	"tournament_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "staff_roles_owner_for_all" CHECK ("staff_roles"."role" <> 'owner' or "staff_roles"."tournament_id" is null)
);
--> statement-breakpoint
CREATE TABLE "clubs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tournament_id" uuid NOT NULL,
	"name" text NOT NULL,
	"name_key" text NOT NULL,
	"live_teams" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "clubs_live_teams_range" CHECK ("clubs"."live_teams" >= 0)
);
--> statement-breakpoint
CREATE TABLE "day_counts" (
	"tournament_id" uuid NOT NULL,
	"day" date NOT NULL,
	"teams" integer NOT NULL,
	CONSTRAINT "day_counts_tournament_id_day_pk" PRIMARY KEY("tournament_id","day")
);
--> statement-breakpoint
CREATE TABLE "decision_requests" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tournament_id" uuid NOT NULL,
	"team_id" uuid NOT NULL,
	"state" text NOT NULL,
	"asked_at" timestamp with time zone NOT NULL,
	"closed_at" timestamp with time zone,
	CONSTRAINT "decision_requests_state_known" CHECK ("decision_requests"."state" in ('pending', 'in_review', 'escalated', 'changes_requested', 'approved', 'rejected', 'closed'))
);
--> statement-breakpoint
CREATE TABLE "decisions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"request_id" uuid NOT NULL,
	"outcome" text NOT NULL,
	"reason" text,
	"actor_kind" text NOT NULL,
	"actor_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "entry_links" (
	"token_hash" "bytea" PRIMARY KEY NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"team_id" uuid NOT NULL,
	"made_for" text DEFAULT 'registration' NOT NULL,
	"made_by" uuid,
	"last_used_at" timestamp with time zone,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "entry_links_id_unique" UNIQUE("id")
);
--> statement-breakpoint
CREATE TABLE "players" (
	"id" uuid PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"position" smallint NOT NULL,
	"name" text NOT NULL,
	"role" text,
	"jersey_number" smallint,
	"date_of_birth" date,
	CONSTRAINT "players_jersey_range" CHECK ("players"."jersey_number" between 0 and 999)
);
--> statement-breakpoint
CREATE TABLE "registration_moves" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"from_state" text,
	"to_state" text NOT NULL,
	"reason" text,
	"actor_kind" text NOT NULL,
	"actor_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "state_counts" (
	"tournament_id" uuid NOT NULL,
	"state" text NOT NULL,
	"teams" integer NOT NULL,
	CONSTRAINT "state_counts_tournament_id_state_pk" PRIMARY KEY("tournament_id","state"),
	CONSTRAINT "state_counts_range" CHECK ("state_counts"."teams" >= 0)
);
--> statement-breakpoint
CREATE TABLE "teams" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tournament_id" uuid NOT NULL,
	"club_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"code" text NOT NULL,
	"state" text NOT NULL,
	"name" text NOT NULL,
	"name_key" text NOT NULL,
	"captain_name" text NOT NULL,
	"captain_phone" text NOT NULL,
	"captain_email" text NOT NULL,
	"captain_email_key" text NOT NULL,
	"captain_whatsapp" text NOT NULL,
	"vice_captain_name" text NOT NULL,
	"vice_captain_phone" text NOT NULL,
	"vice_captain_email" text NOT NULL,
	"vice_captain_whatsapp" text NOT NULL,
	"payment_reference" text,
	"player_count" smallint NOT NULL,
	"search_text" text NOT NULL,
	"reference" text NOT NULL,
	"pin_hmac" "bytea" NOT NULL,
	"submitted_at" timestamp with time zone NOT NULL,
	"state_changed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "teams_reference_unique" UNIQUE("reference"),
	CONSTRAINT "teams_state_known" CHECK ("teams"."state" in ('submitted', 'in_review', 'changes_requested', 'waitlisted', 'reserved', 'approved', 'rejected', 'withdrawn'))
);
--> statement-breakpoint
CREATE TABLE "tournament_counters" (
	"tournament_id" uuid PRIMARY KEY NOT NULL,
	"last_number" integer DEFAULT 0 NOT NULL,
	"held_places" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tournament_documents" (
	"tournament_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"position" smallint NOT NULL,
	"required" boolean NOT NULL,
	"retention_days" smallint,
	CONSTRAINT "tournament_documents_tournament_id_kind_pk" PRIMARY KEY("tournament_id","kind")
);
--> statement-breakpoint
CREATE TABLE "tournaments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"preset" text,
	"sport" text NOT NULL,
	"id_prefix" text NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"venue" text,
	"starts_on" date,
	"ends_on" date,
	"time_zone" text NOT NULL,
	"country" text NOT NULL,
	"currency" text NOT NULL,
	"fee_minor" integer NOT NULL,
	"late_fee_minor" integer,
	"late_fee_from" timestamp with time zone,
	"opens_at" timestamp with time zone,
	"closes_at" timestamp with time zone,
	"squad_locks_at" timestamp with time zone,
	"capacity" integer,
	"keeps_waiting_list" boolean DEFAULT false NOT NULL,
	"teams_per_club" smallint,
	"squad_min" smallint NOT NULL,
	"squad_max" smallint NOT NULL,
	"player_roles" text[] NOT NULL,
	"club_label" text NOT NULL,
	"ids_revealed" text NOT NULL,
	"asks_date_of_birth" boolean DEFAULT false NOT NULL,
	"asks_jersey_number" boolean DEFAULT false NOT NULL,
	"age_min" smallint,
	"age_max" smallint,
	"mail_from_name" text,
	"mail_reply_to" text,
	"quiet_from" time,
	"quiet_to" time,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tournaments_slug_unique" UNIQUE("slug"),
	CONSTRAINT "tournaments_squad_range" CHECK ("tournaments"."squad_min" >= 1 and "tournaments"."squad_max" between "tournaments"."squad_min" and 99),
	CONSTRAINT "tournaments_capacity_range" CHECK ("tournaments"."capacity" is null or "tournaments"."capacity" >= 1),
	CONSTRAINT "tournaments_fee_range" CHECK ("tournaments"."fee_minor" >= 0),
	CONSTRAINT "tournaments_quiet_hours_whole" CHECK (("tournaments"."quiet_from" is null) = ("tournaments"."quiet_to" is null))
);
--> statement-breakpoint
ALTER TABLE "audit_entries" ADD CONSTRAINT "audit_entries_tournament_id_tournaments_id_fk" FOREIGN KEY ("tournament_id") REFERENCES "public"."tournaments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "documents" ADD CONSTRAINT "documents_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "documents" ADD CONSTRAINT "documents_player_id_players_id_fk" FOREIGN KEY ("player_id") REFERENCES "public"."players"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "documents" ADD CONSTRAINT "documents_file_id_files_id_fk" FOREIGN KEY ("file_id") REFERENCES "public"."files"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "drafts" ADD CONSTRAINT "drafts_tournament_id_tournaments_id_fk" FOREIGN KEY ("tournament_id") REFERENCES "public"."tournaments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "drafts" ADD CONSTRAINT "drafts_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "files" ADD CONSTRAINT "files_tournament_id_tournaments_id_fk" FOREIGN KEY ("tournament_id") REFERENCES "public"."tournaments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_tournament_id_tournaments_id_fk" FOREIGN KEY ("tournament_id") REFERENCES "public"."tournaments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_draft_id_drafts_id_fk" FOREIGN KEY ("draft_id") REFERENCES "public"."drafts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_file_id_files_id_fk" FOREIGN KEY ("file_id") REFERENCES "public"."files"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "file_copies" ADD CONSTRAINT "file_copies_tournament_id_tournaments_id_fk" FOREIGN KEY ("tournament_id") REFERENCES "public"."tournaments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mails" ADD CONSTRAINT "mails_tournament_id_tournaments_id_fk" FOREIGN KEY ("tournament_id") REFERENCES "public"."tournaments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mails" ADD CONSTRAINT "mails_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message_templates" ADD CONSTRAINT "message_templates_tournament_id_tournaments_id_fk" FOREIGN KEY ("tournament_id") REFERENCES "public"."tournaments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_tournament_id_tournaments_id_fk" FOREIGN KEY ("tournament_id") REFERENCES "public"."tournaments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_made_by_staff_id_fk" FOREIGN KEY ("made_by") REFERENCES "public"."staff"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "challenges" ADD CONSTRAINT "challenges_staff_id_staff_id_fk" FOREIGN KEY ("staff_id") REFERENCES "public"."staff"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "email_changes" ADD CONSTRAINT "email_changes_staff_id_staff_id_fk" FOREIGN KEY ("staff_id") REFERENCES "public"."staff"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "passkeys" ADD CONSTRAINT "passkeys_staff_id_staff_id_fk" FOREIGN KEY ("staff_id") REFERENCES "public"."staff"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recovery_codes" ADD CONSTRAINT "recovery_codes_staff_id_staff_id_fk" FOREIGN KEY ("staff_id") REFERENCES "public"."staff"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_staff_id_staff_id_fk" FOREIGN KEY ("staff_id") REFERENCES "public"."staff"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "staff_links" ADD CONSTRAINT "staff_links_staff_id_staff_id_fk" FOREIGN KEY ("staff_id") REFERENCES "public"."staff"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "staff_links" ADD CONSTRAINT "staff_links_email_change_id_email_changes_id_fk" FOREIGN KEY ("email_change_id") REFERENCES "public"."email_changes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "totp_secrets" ADD CONSTRAINT "totp_secrets_staff_id_staff_id_fk" FOREIGN KEY ("staff_id") REFERENCES "public"."staff"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_tournament_id_tournaments_id_fk" FOREIGN KEY ("tournament_id") REFERENCES "public"."tournaments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "staff_roles" ADD CONSTRAINT "staff_roles_staff_id_staff_id_fk" FOREIGN KEY ("staff_id") REFERENCES "public"."staff"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "staff_roles" ADD CONSTRAINT "staff_roles_tournament_id_tournaments_id_fk" FOREIGN KEY ("tournament_id") REFERENCES "public"."tournaments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "clubs" ADD CONSTRAINT "clubs_tournament_id_tournaments_id_fk" FOREIGN KEY ("tournament_id") REFERENCES "public"."tournaments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "day_counts" ADD CONSTRAINT "day_counts_tournament_id_tournaments_id_fk" FOREIGN KEY ("tournament_id") REFERENCES "public"."tournaments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_requests" ADD CONSTRAINT "decision_requests_tournament_id_tournaments_id_fk" FOREIGN KEY ("tournament_id") REFERENCES "public"."tournaments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_requests" ADD CONSTRAINT "decision_requests_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_request_id_decision_requests_id_fk" FOREIGN KEY ("request_id") REFERENCES "public"."decision_requests"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entry_links" ADD CONSTRAINT "entry_links_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entry_links" ADD CONSTRAINT "entry_links_made_by_staff_id_fk" FOREIGN KEY ("made_by") REFERENCES "public"."staff"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "players" ADD CONSTRAINT "players_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registration_moves" ADD CONSTRAINT "registration_moves_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "state_counts" ADD CONSTRAINT "state_counts_tournament_id_tournaments_id_fk" FOREIGN KEY ("tournament_id") REFERENCES "public"."tournaments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "teams" ADD CONSTRAINT "teams_tournament_id_tournaments_id_fk" FOREIGN KEY ("tournament_id") REFERENCES "public"."tournaments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "teams" ADD CONSTRAINT "teams_club_id_clubs_id_fk" FOREIGN KEY ("club_id") REFERENCES "public"."clubs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tournament_counters" ADD CONSTRAINT "tournament_counters_tournament_id_tournaments_id_fk" FOREIGN KEY ("tournament_id") REFERENCES "public"."tournaments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tournament_documents" ADD CONSTRAINT "tournament_documents_tournament_id_tournaments_id_fk" FOREIGN KEY ("tournament_id") REFERENCES "public"."tournaments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_entries_by_time" ON "audit_entries" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "audit_entries_by_event" ON "audit_entries" USING btree ("event","at","id");--> statement-breakpoint
CREATE INDEX "audit_entries_by_actor" ON "audit_entries" USING btree ("actor_id","at","id") WHERE "audit_entries"."actor_id" is not null;--> statement-breakpoint
CREATE INDEX "audit_entries_by_subject" ON "audit_entries" USING btree ("subject_id","id");--> statement-breakpoint
CREATE INDEX "audit_entries_with_address" ON "audit_entries" USING btree ("at") WHERE "audit_entries"."address" is not null;--> statement-breakpoint
CREATE INDEX "documents_by_team" ON "documents" USING btree ("team_id");--> statement-breakpoint
CREATE INDEX "documents_by_file" ON "documents" USING btree ("file_id");--> statement-breakpoint
CREATE INDEX "drafts_by_update" ON "drafts" USING btree ("updated_at");--> statement-breakpoint
CREATE UNIQUE INDEX "files_name" ON "files" USING btree ("tournament_id","name");--> statement-breakpoint
CREATE INDEX "files_by_put_at" ON "files" USING btree ("put_at");--> statement-breakpoint
CREATE INDEX "files_undrawn" ON "files" USING btree ("put_at") WHERE "files"."pictures_at" is null and "files"."content_type" <> 'application/pdf';--> statement-breakpoint
CREATE UNIQUE INDEX "uploads_one_a_slot" ON "uploads" USING btree ("draft_id","slot");--> statement-breakpoint
CREATE INDEX "uploads_by_expiry" ON "uploads" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "uploads_by_file" ON "uploads" USING btree ("file_id");--> statement-breakpoint
CREATE UNIQUE INDEX "file_copies_waiting" ON "file_copies" USING btree ("tournament_id","name","spool") WHERE "file_copies"."state" = 'waiting';--> statement-breakpoint
CREATE UNIQUE INDEX "file_copies_there" ON "file_copies" USING btree ("tournament_id","name") WHERE "file_copies"."state" = 'there';--> statement-breakpoint
CREATE INDEX "file_copies_due" ON "file_copies" USING btree ("next_try_at") WHERE "file_copies"."state" <> 'there' or "file_copies"."spool" is not null;--> statement-breakpoint
CREATE INDEX "guess_failures_by_age" ON "guess_failures" USING btree ("last_at");--> statement-breakpoint
CREATE INDEX "rate_limits_by_expiry" ON "rate_limits" USING btree ("expire");--> statement-breakpoint
CREATE INDEX "mails_newest" ON "mails" USING btree ("tournament_id","id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "mails_by_state" ON "mails" USING btree ("tournament_id","state","id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "mails_by_team" ON "mails" USING btree ("team_id");--> statement-breakpoint
CREATE INDEX "mails_due" ON "mails" USING btree ("next_try_at") WHERE "mails"."state" in ('queued', 'retrying', 'sending');--> statement-breakpoint
CREATE INDEX "mails_sent_to" ON "mails" USING btree (lower("to_address"),"sent_at") WHERE "mails"."sent_at" is not null;--> statement-breakpoint
CREATE INDEX "challenges_by_expiry" ON "challenges" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "email_changes_by_staff" ON "email_changes" USING btree ("staff_id");--> statement-breakpoint
CREATE INDEX "passkeys_by_staff" ON "passkeys" USING btree ("staff_id");--> statement-breakpoint
CREATE INDEX "refresh_tokens_by_session" ON "refresh_tokens" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "sessions_by_staff" ON "sessions" USING btree ("staff_id");--> statement-breakpoint
CREATE INDEX "sessions_by_expiry" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "staff_links_by_staff" ON "staff_links" USING btree ("staff_id");--> statement-breakpoint
CREATE INDEX "staff_links_by_expiry" ON "staff_links" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "idempotency_keys_once" ON "idempotency_keys" USING btree ("tournament_id","door","key_hash");--> statement-breakpoint
CREATE INDEX "idempotency_keys_by_expiry" ON "idempotency_keys" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "staff_roles_one_a_tournament" ON "staff_roles" USING btree ("staff_id",coalesce("tournament_id", '00000000-0000-0000-0000-000000000000'::uuid));--> statement-breakpoint
CREATE UNIQUE INDEX "clubs_name" ON "clubs" USING btree ("tournament_id","name_key");--> statement-breakpoint
CREATE UNIQUE INDEX "decision_requests_one_open" ON "decision_requests" USING btree ("team_id") WHERE "decision_requests"."state" in ('pending', 'in_review', 'escalated');--> statement-breakpoint
CREATE INDEX "decision_requests_waiting" ON "decision_requests" USING btree ("tournament_id","state","asked_at");--> statement-breakpoint
CREATE INDEX "decisions_by_request" ON "decisions" USING btree ("request_id","created_at");--> statement-breakpoint
CREATE INDEX "entry_links_by_team" ON "entry_links" USING btree ("team_id");--> statement-breakpoint
CREATE INDEX "entry_links_by_expiry" ON "entry_links" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "players_position" ON "players" USING btree ("team_id","position");--> statement-breakpoint
CREATE INDEX "registration_moves_by_team" ON "registration_moves" USING btree ("team_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "teams_number" ON "teams" USING btree ("tournament_id","number");--> statement-breakpoint
CREATE UNIQUE INDEX "teams_code" ON "teams" USING btree ("tournament_id","code");--> statement-breakpoint
CREATE UNIQUE INDEX "teams_live_name" ON "teams" USING btree ("tournament_id","name_key") WHERE "teams"."state" not in ('rejected', 'withdrawn');--> statement-breakpoint
CREATE UNIQUE INDEX "teams_live_captain_email" ON "teams" USING btree ("tournament_id","captain_email_key") WHERE "teams"."state" not in ('rejected', 'withdrawn');--> statement-breakpoint
CREATE INDEX "teams_newest" ON "teams" USING btree ("tournament_id","number" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "teams_by_state" ON "teams" USING btree ("tournament_id","state","number" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "teams_by_club" ON "teams" USING btree ("club_id","number" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "teams_by_name" ON "teams" USING btree ("tournament_id","name_key","id");--> statement-breakpoint
CREATE INDEX "teams_by_captain_email" ON "teams" USING btree ("captain_email_key");--> statement-breakpoint
CREATE UNIQUE INDEX "tournaments_one_default" ON "tournaments" USING btree ("is_default") WHERE "tournaments"."is_default";