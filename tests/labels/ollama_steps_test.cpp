// What a job wishes of Ollama by the settings: the plan and the run ask this in one place.
#include "service/labels/ollama_steps.hpp"

#include <gtest/gtest.h>

namespace skald {
namespace {

llm::LlmJob job_of(int batch_segments) {
  llm::LlmJob job;
  LlmServices services;
  services.context = {batch_segments, 11, 45, 30};
  follow(services.context, job);
  for (int i = 0; i < 200; ++i) {
    Segment segment;
    segment.span = {{i * 3.0}, {i * 3.0 + 3}};
    segment.text = "The door creaks open, and cold air flows into the hall.";
    job.segments.push_back(std::move(segment));
  }
  return job;
}

OllamaWish wish(int batch_segments) {
  LlmServices services;
  services.ollama.name = "ollama";
  return wish_of(job_of(batch_segments), services, LlmDevices::Any);
}

TEST(BatchSize, IsTheSettingElseWhatSuitsTheService) {
  llm::LlmTarget ollama, groq;
  ollama.service = "ollama";
  groq.service = "groq";
  EXPECT_EQ(llm::batch_size(ollama, job_of(0)), 24);
  EXPECT_EQ(llm::batch_size(groq, job_of(0)), 40);
  for (const int set : {1, 10, 24, 200}) {
    EXPECT_EQ(llm::batch_size(ollama, job_of(set)), set);
    EXPECT_EQ(llm::batch_size(groq, job_of(set)), set);
  }
}

TEST(OllamaWish, ItsContextsAreThoseOfTheBatches) {
  EXPECT_EQ(wish(0).num_ctx, wish(24).num_ctx);
  EXPECT_GT(wish(100).num_ctx, wish(24).num_ctx);
  EXPECT_LT(wish(5).num_ctx, wish(24).num_ctx);
  EXPECT_EQ(wish(0).least_ctx, wish(16).num_ctx);
  EXPECT_EQ(wish(100).least_ctx, wish(16).num_ctx);
  EXPECT_EQ(wish(5).least_ctx, wish(5).num_ctx) << "a small batch has no smaller one";
}

}  // namespace
}  // namespace skald
