#include "api/server/witness.h"

#include "api/server/problem.h"

namespace liuhen::api::server {
namespace {

constexpr std::string_view kCheckpointPath = "/checkpoint";

Response text_response(std::string body, const char* type = "text/plain; charset=utf-8") {
  Response response;
  response.content_type = type;
  response.body = std::move(body);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response nothing_here() {
  return problem(fail("request.absent", "没有这个路径，或还没有联署过",
                      "there is nothing here, or nothing has been cosigned yet"),
                 404);
}

Response wrong_method(const char* allowed) {
  Response response = problem(fail("request.method", std::string("此路径只接受 ") + allowed,
                                   std::string("this path takes ") + allowed + " only"),
                              405);
  response.headers.emplace_back("Allow", allowed);
  return response;
}

// What a refused checkpoint that the log signed says of the log.
Error doubt_of(const std::string& origin, ledger::WitnessDoubt doubt,
               const ledger::WitnessedHead& held, const ledger::WitnessedHead& offered) {
  const std::string had = std::to_string(held.size), got = std::to_string(offered.size);
  switch (doubt) {
    case ledger::WitnessDoubt::fork:
      return fail(
          "witness.fork", "日志“" + origin + "”分叉：同为 " + had + " 条，签了两个不同的根",
          "the log \"" + origin + "\" has forked: it signed two roots of " + had + " entries");
    case ledger::WitnessDoubt::unproven:
      return fail("witness.inconsistent",
                  "日志“" + origin + "”签了 " + got + " 条的检查点，未能证明延续已联署的 " + had +
                      " 条：可能分叉，也可能有人伪造了证明",
                  "the log \"" + origin + "\" signed " + got +
                      " entries that were not shown to continue the " + had +
                      " cosigned: it may have forked, or somebody made the proof up");
    case ledger::WitnessDoubt::behind:
      break;
  }
  return fail("witness.behind",
              "日志“" + origin + "”的检查点只有 " + got + " 条，而已联署 " + had +
                  " 条：可能被回退，也可能有人重发了旧检查点",
              "the log \"" + origin + "\" is offered with " + got + " entries, after " + had +
                  " were cosigned: it may have been rolled back, or somebody sent an old "
                  "checkpoint again");
}

Error told_with_files(const Error& what, const std::string& path) {
  return fail(what.code, what.zh + "；两份已签检查点存于 " + path,
              what.en + "; both signed checkpoints are kept in " + path);
}

Response refusal(const ledger::WitnessRefused& refused, const ledger::WitnessedHead& last) {
  const unsigned status = ledger::status_of(refused.why);
  if (refused.why != ledger::WitnessRefusal::other_size) return problem(refused.error, status);
  Response response = text_response(std::to_string(last.size) + "\n", ledger::kWitnessSizeType);
  response.status = status;
  return response;
}

}  // namespace

Witness::Witness(std::string name, const crypto::SigningKey& key, ledger::Clock& clock,
                 WitnessStore& store, Alarm alarm)
    : own_{.name = std::move(name),
           .type = crypto::NoteKeyType::cosignature,
           .key = key.public_key()},
      signer_(key),
      clock_(clock),
      store_(store),
      alarm_(std::move(alarm)) {}

Response Witness::handle(const Request& request) {
  const std::string_view path =
      std::string_view(request.target).substr(0, request.target.find('?'));
  if (path == "/add-checkpoint")
    return request.method == "POST" ? add_checkpoint(request) : wrong_method("POST");
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (path == "/") return reads ? about() : wrong_method("GET, HEAD");
  if (path == "/healthz") return reads ? health() : wrong_method("GET, HEAD");
  if (path.size() == 1 + 64 + kCheckpointPath.size() && path.ends_with(kCheckpointPath))
    return reads ? latest(std::string(path.substr(1, 64))) : wrong_method("GET, HEAD");
  return nothing_here();
}

Response Witness::add_checkpoint(const Request& request) {
  const auto asked = ledger::parse_add_checkpoint(request.body);
  if (!asked) return problem(asked.error(), 400);
  const auto origin = ledger::origin_of(*asked);
  if (!origin) return problem(origin.error(), 400);
  WitnessedState* state = store_.find(*origin);
  if (state == nullptr) {
    const auto decision = ledger::decide(nullptr, {}, *asked);
    return refusal(std::get<ledger::WitnessRefused>(decision), {});
  }
  // From reading the last head to having replaced it durably.
  const std::lock_guard lock(state->mutex());
  auto decision = ledger::decide(&state->log(), state->head(), *asked);
  if (const auto* refused = std::get_if<ledger::WitnessRefused>(&decision)) {
    if (refused->doubt) keep_evidence(*state, *refused, asked->checkpoint);
    return refusal(*refused, state->head());
  }
  if (!state->is_by_a_key_in_force(std::get<ledger::WitnessAccepted>(decision).verified)) {
    return problem(
        fail("witness.retired", "日志已改用更新的密钥，只有旧密钥的签名不再算数",
             "the log signs by a later key already, and one that it has left signs nothing more"),
        403);
  }
  return cosign(*state, std::get<ledger::WitnessAccepted>(std::move(decision)));
}

void Witness::keep_evidence(WitnessedState& state, const ledger::WitnessRefused& refused,
                            const std::string& offered) {
  const ledger::WitnessDoubt doubt = *refused.doubt;
  WitnessEvidence& evidence = state.evidence();
  Error what = doubt_of(state.log().origin(), doubt, state.head(), refused.offered);
  bool proves_a_fork = false;  // which nobody but the log can make up
  if (doubt == ledger::WitnessDoubt::behind && state.has_cosigned(refused.offered)) {
    what.zh += "；它是本见证人联署过的一个旧检查点，不另存";
    what.en += "; this witness cosigned it before, and it is not kept again";
  } else if (const auto kept =
                 evidence.keep(doubt, {refused.offered, offered}, {state.head(), state.note()})) {
    what = told_with_files(what, kept->path);
    proves_a_fork = kept->fresh && doubt == ledger::WitnessDoubt::fork;
  } else {
    what.zh += "；证据没有存下：" + kept.error().zh;
    what.en += "; the evidence could not be kept: " + kept.error().en;
  }
  const auto untold = evidence.alarm_due(doubt, clock_.now_s());
  if (!alarm_ || (!untold && !proves_a_fork)) return;
  if (untold.value_or(0) > 0) {
    const std::string more = std::to_string(*untold);
    what.zh += "；上次警报以来，同类的另有 " + more + " 次";
    what.en += "; " + more + " more of this kind since the last alarm";
  }
  alarm_(what);
}

Response Witness::cosign(WitnessedState& state, ledger::WitnessAccepted accepted) {
  const crypto::NoteSignature signature =
      crypto::cosign(signer_, own_.name, clock_.now_s(), accepted.text);
  crypto::Note note{.text = std::move(accepted.text), .signatures = {}};
  // A log can sign one text in many ways, and a note has a limit.
  for (const crypto::NoteSignature& line : accepted.verified) {
    const auto same_key = [&](const crypto::NoteSignature& kept) {
      return kept.name == line.name && kept.key_id == line.key_id;
    };
    if (std::ranges::none_of(note.signatures, same_key)) note.signatures.push_back(line);
  }
  if (note.signatures.size() == crypto::kMaxNoteSignatures) {
    return problem(
        fail("witness.request", "日志以过多的密钥签名", "the log signs by too many keys"), 400);
  }
  note.signatures.push_back(signature);
  const std::string text = crypto::format_note(note);
  if (text != state.note()) {
    const Outcome kept = state.replace(accepted.next, text);
    {
      const std::lock_guard lock(mutex_);
      unkept_ = kept ? std::nullopt : std::optional(kept.error());
    }
    if (!kept) return problem(kept.error(), 500);
  }
  for (const std::string& fork : state.evidence().settle({accepted.next, text})) {
    const Error what =
        doubt_of(state.log().origin(), ledger::WitnessDoubt::fork, accepted.next, accepted.next);
    if (alarm_) alarm_(told_with_files(what, fork));
  }
  return text_response(crypto::format_signature_line(signature));
}

// Everything that whoever runs it has to see to.
Response Witness::health() {
  if (const auto trouble = clock_.trouble()) return problem(*trouble, 503);
  const std::lock_guard lock(mutex_);
  if (unkept_) return problem(*unkept_, 503);
  return text_response("ok\n");
}

Response Witness::latest(const std::string& hash) {
  WitnessedState* state = store_.find_by_hash(hash);
  if (state == nullptr) return nothing_here();
  const std::lock_guard lock(state->mutex());
  if (state->note().empty()) return nothing_here();
  return text_response(state->note());
}

Response Witness::about() {
  std::string text = "留痕见证人 · Liuhen witness\n" + own_.vkey() + "\n";
  for (const auto& [origin, state] : store_.logs()) {
    const std::lock_guard lock(state->mutex());
    text += "\n" + origin + "\n  " + std::to_string(state->head().size) + "  /" +
            origin_hash(origin) + std::string(kCheckpointPath) + "\n";
    if (const std::size_t kept = state->evidence().count(); kept > 0) {
      text += "  证据 evidence: " + std::to_string(kept) +
              " 份不能延续所联署的已签检查点 signed checkpoints that do not continue this one\n";
    }
  }
  return text_response(std::move(text));
}

}  // namespace liuhen::api::server
