// What operators measure: counted where it happens, written out in the text format 0.0.4 of
// Prometheus. docs/operate.md lists every name.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/server/figure.h"

namespace liuhen::api::server {

// Any thread; nothing here blocks for longer than a counter's lock.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  void intent_submitted();  // to the sequencer, which will answer
  void intent_answered();
  void intent_recorded();
  void intent_repeated();     // recorded before; its first receipt was given again
  void intent_half_signed();  // waits for its second person
  void intent_refused(std::string_view code);
  void batch_committed(std::size_t entries);
  void storage_synced(double seconds);  // a batch
  void head_synced(double seconds);     // the head file
  void sync_failed();

  void request_begun();
  // `route` is a pattern of the router's, empty if none fits.
  void request_answered(std::string_view method, std::string_view route, unsigned status,
                        double seconds);
  // Answered before it reached the router; the method is empty where it could not be read.
  void request_refused(std::string_view method, std::string_view route, unsigned status);

  // HELP, TYPE and samples of everything counted, and of the figures as they are now. Figures of
  // one name are taken together.
  std::string text(const std::vector<Figure>& figures) const;

  // A client may send any word; one that is no method of the routes is "other".
  static std::string known_method(std::string_view method);
  static constexpr const char* kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  void count_answer(std::string_view method, std::string_view route, unsigned status);

  struct Counted;
  std::unique_ptr<Counted> counted_;
};

}  // namespace liuhen::api::server
