#include "api/import/sample.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "api/import/csv_reader.h"
#include "api/import/sample_names.h"
#include "api/import/subject_file.h"
#include "api/import/uscc.h"
#include "crypto/sha256.h"

namespace liuhen::api {
namespace {

constexpr std::array<SampleDistrict, 10> kDistricts = {{
    {"370202", "市南区"},
    {"370203", "市北区"},
    {"370211", "黄岛区"},
    {"370212", "崂山区"},
    {"370213", "李沧区"},
    {"370214", "城阳区"},
    {"370215", "即墨区"},
    {"370281", "胶州市"},
    {"370283", "平度市"},
    {"370285", "莱西市"},
}};

// SHA-256 over a label, the seed and a counter, eight bytes of each at a time.
class Stream {
 public:
  Stream(std::string_view label, std::uint64_t seed) : label_(label), seed_(seed) {}

  // Evenly 0 … n − 1.
  std::uint64_t below(std::uint64_t n) {
    const std::uint64_t unfair = (0 - n) % n;  // 2^64 mod n
    while (true) {
      const std::uint64_t word = next();
      if (word >= unfair) return word % n;
    }
  }

 private:
  std::uint64_t next() {
    if (at_ == block_.size()) {
      std::array<std::uint8_t, 16> input;
      for (std::size_t i = 0; i < 8; ++i) {
        input[i] = static_cast<std::uint8_t>(seed_ >> (56 - 8 * i));
        input[8 + i] = static_cast<std::uint8_t>(counter_ >> (56 - 8 * i));
      }
      block_ = crypto::sha256({view_of(label_), input});
      ++counter_;
      at_ = 0;
    }
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 8; ++i) word = word << 8 | block_[at_++];
    return word;
  }

  std::string label_;
  std::uint64_t seed_;
  std::uint64_t counter_ = 0;
  Hash block_{};
  std::size_t at_ = sizeof(Hash);
};

template <class Value>
struct Share {
  Value value;
  std::uint64_t weight;
};

template <class Value, std::size_t N>
Value pick(Stream& random, const std::array<Share<Value>, N>& shares) {
  std::uint64_t total = 0;
  for (const auto& share : shares) total += share.weight;
  std::uint64_t at = random.below(total);
  for (const auto& share : shares) {
    if (at < share.weight) return share.value;
    at -= share.weight;
  }
  return shares.back().value;
}

using Kind = SubjectKind;
constexpr std::array<Share<Kind>, 6> kKindMix = {{{Kind::sole_trader, 580},
                                                  {Kind::firm, 388},
                                                  {Kind::cooperative, 14},
                                                  {Kind::institution, 8},
                                                  {Kind::organisation, 7},
                                                  {Kind::foreign_office, 3}}};
constexpr std::array<Share<SubjectStatus>, 5> kStatusMix = {{{SubjectStatus::active, 930},
                                                             {SubjectStatus::suspended, 15},
                                                             {SubjectStatus::revoked, 25},
                                                             {SubjectStatus::cancelled, 22},
                                                             {SubjectStatus::moved, 8}}};
constexpr std::array<Share<std::string_view>, 5> kRiskMix = {
    {{"A", 30}, {"B", 45}, {"C", 18}, {"D", 5}, {"E", 2}}};
constexpr std::array<Share<std::string_view>, 14> kTraderIndustries = {{{"F52", 380},
                                                                        {"H62", 220},
                                                                        {"O80", 90},
                                                                        {"F51", 60},
                                                                        {"O81", 50},
                                                                        {"G54", 60},
                                                                        {"H61", 20},
                                                                        {"C18", 20},
                                                                        {"C13", 15},
                                                                        {"C14", 15},
                                                                        {"R90", 15},
                                                                        {"L72", 20},
                                                                        {"A03", 15},
                                                                        {"P83", 20}}};
constexpr std::array<Share<std::string_view>, 24> kFirmIndustries = {
    {{"F51", 180}, {"F52", 120}, {"L72", 90}, {"M75", 60}, {"E50", 60}, {"C34", 40},
     {"C33", 35},  {"C29", 20},  {"C26", 20}, {"C14", 25}, {"C13", 25}, {"C27", 10},
     {"I65", 50},  {"I64", 20},  {"G54", 40}, {"G59", 20}, {"G58", 25}, {"H62", 35},
     {"H61", 15},  {"K70", 35},  {"N78", 10}, {"O80", 15}, {"Q84", 10}, {"D45", 5}}};

// Of so many firms in good standing one is numbered all the same: whoever demonstrates a finding
// needs firms about which it may be invented.
constexpr std::uint64_t kNumberedFirmsIn = 4;

std::string padded(std::uint64_t number, std::size_t width) {
  std::string text = std::to_string(number);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

// A code with right check characters; the body is LH and the serial in base 31.
std::string code_of(std::string_view category, std::string_view division, std::uint64_t serial) {
  constexpr std::string_view alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  std::string body = "LH000000";
  for (std::size_t i = body.size(); i-- > 2; serial /= alphabet.size())
    body[i] = alphabet[serial % alphabet.size()];
  std::string code = std::string(category) + std::string(division) + body;
  code += *organisation_check_character(body);
  code += *uscc_check_character(code);
  return code;
}

std::string_view category_of(Kind kind, Stream& random) {
  switch (kind) {
    case Kind::cooperative:
      return "93";
    case Kind::institution:
      return "12";
    case Kind::organisation:
      return random.below(3) == 0 ? "51" : "52";
    default:
      return "91";
  }
}

// A file of its own that must not exist yet, in the encoding asked for. Some columns are
// restricted: only the owner can read it.
class Output {
 public:
  Output(std::string path, const SampleOptions& options)
      : path_(std::move(path)), encoding_(options.encoding) {
    const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file >= 0) file_.reset(::fdopen(file, "wb"));
    if (!file_) failed_ = errno;
    if (options.bom) put(byte_order_mark(encoding_));
  }

  // One record; the text must be UTF-8.
  void row(std::initializer_list<std::string_view> fields) {
    std::string line;
    for (const std::string_view field : fields)
      line += (line.empty() ? "" : ",") + csv_field(field);
    line += "\r\n";
    const auto encoded = encode_text(line, encoding_);
    LIUHEN_CHECK(encoded.has_value());
    put(*encoded);
  }

  Outcome close() {
    if (file_ && std::fclose(file_.release()) != 0) failed_ = errno;
    if (failed_ == 0) return ok();
    const std::string why = std::strerror(failed_);
    return fail(
        "sample.write", "写不了 " + path_ + "（" + why + "）：请换一个空目录或检查磁盘",
        "cannot write " + path_ + " (" + why + "): use an empty directory, or check the disk");
  }

 private:
  void put(std::string_view bytes) {
    if (failed_ == 0 && std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size())
      failed_ = errno;
  }
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string path_;
  Encoding encoding_;
  std::unique_ptr<std::FILE, Close> file_;
  int failed_ = 0;
};

class Generator {
 public:
  Generator(const SampleOptions& options, SampleNames names)
      : options_(options),
        names_(std::move(names)),
        random_("liuhen/sample/v1/subjects", options.seed) {}

  Outcome subjects(const std::string& path, const Progress& progress);
  Outcome inspectors(const std::string& path);
  Outcome conflicts(const std::string& path);

 private:
  struct Named {
    std::string name;
    std::string industry;
  };
  // `plain`: nothing bad is invented about the row, so that it may bear a real firm's name.
  Named named(Kind kind, std::uint64_t serial, bool plain);
  std::string address(const SampleDistrict& district);
  std::set<std::uint64_t> conflict_rows() const;

  const SampleOptions& options_;
  const SampleNames names_;
  Stream random_;
  std::map<Kind, std::uint64_t> of_kind_;  // rows so far
  std::uint64_t real_names_ = 0;           // given so far
  std::vector<std::string> conflict_ids_;  // subjects of the conflicts
  std::vector<std::string> inspector_ids_;
};

Generator::Named Generator::named(Kind kind, std::uint64_t serial, bool plain) {
  const std::string number = padded(++of_kind_[kind], 6);
  if (kind == Kind::sole_trader)
    return {"青岛个体工商户" + number + "号", std::string(pick(random_, kTraderIndustries))};
  if (kind == Kind::cooperative)
    return {"青岛合作社" + number + "农民专业合作社", random_.below(3) == 0 ? "A03" : "A01"};
  if (kind == Kind::institution)
    return {"青岛事业单位" + number, random_.below(2) == 0 ? "P83" : "Q84"};
  if (kind == Kind::organisation)
    return {"青岛社会组织" + number, random_.below(2) == 0 ? "P83" : "S95"};
  if (kind == Kind::foreign_office) return {"外国企业" + number + "青岛代表处", "L72"};
  if (names_.firms.empty() || !plain)
    return {"检查对象" + padded(serial, 6) + "有限公司",
            std::string(pick(random_, kFirmIndustries))};
  const std::uint64_t nth = real_names_++;
  const ListedFirm& firm = names_.firms[nth % names_.firms.size()];
  return {firm.name + "青岛第" + padded(nth / names_.firms.size() + 1, 4) + "分公司" +
              std::string(kSampleNameMark),
          firm.industry};
}

std::string Generator::address(const SampleDistrict& district) {
  const auto streets = names_.streets.find(std::string(district.code));
  const std::string street = streets == names_.streets.end()
                                 ? "示范街道" + padded(random_.below(12) + 1, 2)
                                 : streets->second[random_.below(streets->second.size())];
  return "山东省青岛市" + std::string(district.name) + street +
         std::to_string(random_.below(400) + 1) + "号";
}

std::set<std::uint64_t> Generator::conflict_rows() const {
  Stream random("liuhen/sample/v1/conflict-rows", options_.seed);
  std::set<std::uint64_t> rows;
  while (rows.size() < options_.conflicts) rows.insert(random.below(options_.subjects));
  return rows;
}

Outcome Generator::subjects(const std::string& path, const Progress& progress) {
  Output out(path, options_);
  const std::set<std::uint64_t> wanted = conflict_rows();
  out.row({"统一社会信用代码/注册号", "名称", "类型", "行政区划", "行业", "住所", "登记状态",
           "负责人", "联系电话", "风险等级"});
  for (std::uint64_t i = 0; i < options_.subjects; ++i) {
    const SampleDistrict& district = kDistricts[random_.below(kDistricts.size())];
    const Kind kind = pick(random_, kKindMix);
    const auto status = pick(random_, kStatusMix);
    const auto risk = pick(random_, kRiskMix);
    const bool conflict = wanted.contains(i);
    const bool numbered = random_.below(kNumberedFirmsIn) == 0;
    const bool plain = status == SubjectStatus::active && !conflict && !numbered;
    const Named named_as = named(kind, i + 1, plain);
    const bool real = sample_bears_real_name(named_as.name);
    const std::string id = kind == Kind::sole_trader
                               ? "GT" + std::string(district.code) + "-" + padded(i + 1, 8)
                               : code_of(category_of(kind, random_), district.code, i);
    const std::string where = address(district);
    out.row({id, named_as.name, name_zh(kind), district.code, named_as.industry, where,
             name_zh(status), "负责人" + padded(i + 1, 6), "0532-" + padded(i % 100'000'000, 8),
             real ? "" : risk});
    if (conflict) conflict_ids_.push_back(id);
    if (progress && (i + 1 == options_.subjects || (i & 0xFFF) == 0xFFF))
      progress(i + 1, options_.subjects);
  }
  return out.close();
}

Outcome Generator::inspectors(const std::string& path) {
  constexpr std::array<std::string_view, 5> extra = {"食品", "特种设备", "药品", "计量", "广告"};
  constexpr std::array<std::string_view, 4> posts = {"一级行政执法员", "二级行政执法员",
                                                     "三级行政执法员", "四级行政执法员"};
  Stream random("liuhen/sample/v1/inspectors", options_.seed);
  Output out(path, options_);
  out.row({"执法证号", "姓名", "单位", "资质", "状态", "职务", "电话", "出生年月"});
  for (std::uint64_t i = 0; i < options_.inspectors; ++i) {
    // The ten districts and the municipal department in turn.
    const std::uint64_t turn = i % (kDistricts.size() + 1);
    const std::string_view area =
        turn < kDistricts.size() ? kDistricts[turn].code : std::string_view("370200");
    std::set<std::string_view> more;
    for (std::uint64_t n = random.below(3); n > 0; --n)
      more.insert(extra[random.below(extra.size())]);
    std::string qualifications = "市场监管";
    for (const std::string_view each : more) qualifications += ";" + std::string(each);
    const std::uint64_t state = random.below(100);
    const std::string id = "ZF370200-" + padded(i + 1, 5);
    const std::string birth =
        std::to_string(1966 + random.below(34)) + "-" + padded(random.below(12) + 1, 2);
    out.row({id, "检查员" + padded(i + 1, 4), sample_unit(area), qualifications,
             state < 95   ? "在岗"
             : state < 98 ? "停职"
                          : "离职",
             posts[random.below(posts.size())], "0532-" + padded(90'000'000 + i, 8), birth});
    inspector_ids_.push_back(id);
  }
  return out.close();
}

Outcome Generator::conflicts(const std::string& path) {
  constexpr std::array<std::string_view, 5> kinds = {"近亲属", "三年内任职", "持股", "同住址",
                                                     "本人申报"};
  Stream random("liuhen/sample/v1/conflicts", options_.seed);
  Output out(path, options_);
  out.row({"检查对象", "执法证号", "回避情形", "说明"});
  for (const std::string& subject : conflict_ids_) {
    const std::string& inspector = inspector_ids_[random.below(inspector_ids_.size())];
    out.row({subject, inspector, kinds[random.below(kinds.size())], "演示数据"});
  }
  return out.close();
}

}  // namespace

std::span<const SampleDistrict> sample_districts() { return kDistricts; }

bool sample_bears_real_name(std::string_view name) { return name.ends_with(kSampleNameMark); }

std::string sample_unit(std::string_view district_code) {
  return std::string(district_code) + "-SCJG";
}

Result<SampleFiles> write_sample(const std::string& directory, const SampleOptions& options,
                                 const Progress& progress) {
  constexpr std::uint64_t rows_max = 50'000'000;
  if (options.subjects == 0 || options.inspectors == 0 || options.conflicts > options.subjects ||
      options.subjects > rows_max || options.inspectors > rows_max) {
    return fail("sample.options",
                "检查对象和检查人员至少各一个（至多五千万），利益冲突不多于检查对象",
                "at least one subject and one inspector (at most fifty million), and no more "
                "conflicts than subjects");
  }
  auto names = load_sample_names(options.data_dir);
  if (!names) return names.error();
  SampleFiles files{.subjects = directory + "/subjects.csv",
                    .inspectors = directory + "/inspectors.csv",
                    .conflicts = directory + "/conflicts.csv"};
  Generator generator(options, std::move(*names));
  if (auto done = generator.subjects(files.subjects, progress); !done) return done.error();
  if (auto done = generator.inspectors(files.inspectors); !done) return done.error();
  if (auto done = generator.conflicts(files.conflicts); !done) return done.error();
  return files;
}

}  // namespace liuhen::api
