#include "api/server/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <sstream>

namespace liuhen::api::server {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using Buckets = prometheus::Histogram::BucketBoundaries;

// From one sync of a fast disk to one that hangs.
const Buckets kSyncBuckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                           0.025,  0.05,    0.1,    0.25,  0.5,    1,     5};
const Buckets kBatchBuckets{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1'024};
const Buckets kRequestBuckets{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30};

// Refusals that alerts look for, there from the start: a rate cannot see a counter's first step
// from nothing (tools/package/liuhen.rules.yml).
constexpr const char* kAlarmingRefusals[] = {"intent.fork", "intent.signature", "key.revoked"};

prometheus::MetricFamily family_of(const Figure& figure) {
  prometheus::MetricFamily family;
  family.name = figure.name;
  family.help = figure.help;
  family.type = figure.counts_up ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
  return family;
}

prometheus::ClientMetric sample_of(const Figure& figure) {
  prometheus::ClientMetric sample;
  for (const auto& [name, value] : figure.labels) sample.label.push_back({name, value});
  sample.counter.value = sample.gauge.value = figure.value;
  return sample;
}

}  // namespace

struct Metrics::Counted {
  prometheus::Registry registry;

  prometheus::Counter& counter(const char* name, const char* help) {
    return BuildCounter().Name(name).Help(help).Register(registry).Add({});
  }
  prometheus::Gauge& gauge(const char* name, const char* help) {
    return BuildGauge().Name(name).Help(help).Register(registry).Add({});
  }
  prometheus::Histogram& histogram(const char* name, const char* help, const Buckets& buckets) {
    return BuildHistogram().Name(name).Help(help).Register(registry).Add({}, buckets);
  }

  prometheus::Gauge& waiting =
      gauge("liuhen_intents_waiting",
            "Intents submitted and not answered yet: queued, or being written.");
  prometheus::Counter& recorded =
      counter("liuhen_intents_accepted_total", "Intents recorded, each as one entry of the log.");
  prometheus::Counter& repeated = counter("liuhen_intents_repeated_total",
                                          "Intents that had been recorded before, answered again.");
  prometheus::Counter& half_signed = counter("liuhen_intents_half_signed_total",
                                             "Intents put aside until their second person signs.");
  prometheus::Family<prometheus::Counter>& refused =
      BuildCounter()
          .Name("liuhen_intents_refused_total")
          .Help("Intents refused, by the code of docs/formats/errors.md.")
          .Register(registry);
  prometheus::Histogram& batch =
      histogram("liuhen_batch_entries", "Entries of one synced write.", kBatchBuckets);
  prometheus::Family<prometheus::Histogram>& sync =
      BuildHistogram()
          .Name("liuhen_storage_sync_duration_seconds")
          .Help("One synced write, of the database or of the head file.")
          .Register(registry);
  prometheus::Histogram& database_sync = sync.Add({{"of", "database"}}, kSyncBuckets);
  prometheus::Histogram& head_sync = sync.Add({{"of", "head"}}, kSyncBuckets);
  prometheus::Counter& sync_failed =
      counter("liuhen_storage_sync_failures_total", "Synced writes that failed.");

  prometheus::Gauge& in_flight =
      gauge("liuhen_http_requests_in_flight", "Requests being answered by a worker.");
  prometheus::Family<prometheus::Counter>& requests =
      BuildCounter()
          .Name("liuhen_http_requests_total")
          .Help("Requests answered, by route. The route is empty where none fits.")
          .Register(registry);
  prometheus::Family<prometheus::Histogram>& durations =
      BuildHistogram()
          .Name("liuhen_http_request_duration_seconds")
          .Help("From a worker taking a request to its answer, by route.")
          .Register(registry);
};

std::string Metrics::known_method(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "POST" ? std::string(method) : "other";
}

Metrics::Metrics() : counted_(std::make_unique<Counted>()) {
  for (const char* code : kAlarmingRefusals) counted_->refused.Add({{"code", code}});
}
Metrics::~Metrics() = default;

void Metrics::intent_submitted() { counted_->waiting.Increment(); }

void Metrics::intent_answered() { counted_->waiting.Decrement(); }

void Metrics::intent_recorded() { counted_->recorded.Increment(); }

void Metrics::intent_repeated() { counted_->repeated.Increment(); }

void Metrics::intent_half_signed() { counted_->half_signed.Increment(); }

void Metrics::intent_refused(std::string_view code) {
  counted_->refused.Add({{"code", std::string(code)}}).Increment();
}

void Metrics::batch_committed(std::size_t entries) {
  counted_->batch.Observe(static_cast<double>(entries));
}

void Metrics::storage_synced(double seconds) { counted_->database_sync.Observe(seconds); }

void Metrics::head_synced(double seconds) { counted_->head_sync.Observe(seconds); }

void Metrics::sync_failed() { counted_->sync_failed.Increment(); }

void Metrics::request_begun() { counted_->in_flight.Increment(); }

void Metrics::request_answered(std::string_view method, std::string_view route, unsigned status,
                               double seconds) {
  counted_->in_flight.Decrement();
  count_answer(method, route, status);
  counted_->durations.Add({{"route", std::string(route)}}, kRequestBuckets).Observe(seconds);
}

void Metrics::request_refused(std::string_view method, std::string_view route, unsigned status) {
  count_answer(method, route, status);
}

void Metrics::count_answer(std::string_view method, std::string_view route, unsigned status) {
  counted_->requests
      .Add({{"method", known_method(method)},
            {"route", std::string(route)},
            {"status", std::to_string(status)}})
      .Increment();
}

std::string Metrics::text(const std::vector<Figure>& figures) const {
  std::vector<prometheus::MetricFamily> families = counted_->registry.Collect();
  for (const Figure& figure : figures) {
    auto found = std::find_if(families.begin(), families.end(),
                              [&](const auto& family) { return family.name == figure.name; });
    if (found == families.end()) found = families.insert(families.end(), family_of(figure));
    found->metric.push_back(sample_of(figure));
  }
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return out.str();
}

}  // namespace liuhen::api::server
