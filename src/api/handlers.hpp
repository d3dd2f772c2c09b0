// One function a route; each is named in routes.cpp and nowhere else.
#pragma once
#include "api/routes.hpp"

namespace skald::api {

Result<Reply> get_page(Context& context, const Call& call);
Result<Reply> get_asset(Context& context, const Call& call);
Result<Reply> get_health(Context& context, const Call& call);
Result<Reply> get_openapi(Context& context, const Call& call);
Result<Reply> get_sessions(Context& context, const Call& call);
Result<Reply> get_session(Context& context, const Call& call);
Result<Reply> get_transcript(Context& context, const Call& call);
Result<Reply> get_audio(Context& context, const Call& call);
Result<Reply> get_peaks(Context& context, const Call& call);
Result<Reply> delete_session(Context& context, const Call& call);
Result<Reply> patch_session(Context& context, const Call& call);
Result<Reply> get_review(Context& context, const Call& call);
Result<Reply> post_edits(Context& context, const Call& call);
Result<Reply> post_undo(Context& context, const Call& call);
Result<Reply> post_redo(Context& context, const Call& call);
Result<Reply> get_history(Context& context, const Call& call);
Result<Reply> get_export(Context& context, const Call& call);
Result<Reply> get_search(Context& context, const Call& call);
Result<Reply> get_uploads(Context& context, const Call& call);
Result<Reply> get_upload(Context& context, const Call& call);
Result<Reply> post_upload(Context& context, const Call& call);
Result<Reply> put_upload(Context& context, const Call& call);
Result<Reply> delete_upload(Context& context, const Call& call);
Result<Reply> post_transcription(Context& context, const Call& call);
Result<Reply> post_translation(Context& context, const Call& call);
Result<Reply> get_openai_models(Context& context, const Call& call);
Result<Reply> get_jobs(Context& context, const Call& call);
Result<Reply> get_job(Context& context, const Call& call);
Result<Reply> get_job_segments(Context& context, const Call& call);
Result<Reply> post_job(Context& context, const Call& call);
Result<Reply> post_job_cancel(Context& context, const Call& call);
Result<Reply> post_job_resume(Context& context, const Call& call);
Result<Reply> delete_job(Context& context, const Call& call);
Result<Reply> get_models(Context& context, const Call& call);
Result<Reply> post_model(Context& context, const Call& call);
Result<Reply> delete_model(Context& context, const Call& call);
Result<Reply> post_model_verify(Context& context, const Call& call);
Result<Reply> get_config(Context& context, const Call& call);
Result<Reply> put_config(Context& context, const Call& call);
Result<Reply> post_keys_test(Context& context, const Call& call);
Result<Reply> get_logs(Context& context, const Call& call);
Result<Reply> get_support(Context& context, const Call& call);
Result<Reply> post_free_memory(Context& context, const Call& call);
Result<Reply> post_restart(Context& context, const Call& call);
Result<Reply> post_stop(Context& context, const Call& call);
Result<Reply> get_doctor(Context& context, const Call& call);
Result<Reply> get_plan(Context& context, const Call& call);
Result<Reply> get_events(Context& context, const Call& call);

}  // namespace skald::api
