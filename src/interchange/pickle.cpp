#include "interchange/pickle.h"

#include <optional>
#include <unordered_map>

#include "base/error.h"

namespace tandem::interchange {
namespace {

using Kind = PickleValue::Kind;

constexpr size_t kMaxValues = 1'000'000;  ///< of a pickle, and of its memo
constexpr size_t kMaxNameBytes = 200;     ///< module or name of a global

constexpr const char* kOrderedDict = "collections.OrderedDict";
constexpr const char* kRebuildTensor = "torch._utils._rebuild_tensor_v2";
constexpr const char* kRebuildParameter = "torch._utils._rebuild_parameter";

/// Element type of "torch.FloatStorage" (or torch.cuda's, in files from before PyTorch 1.0).
std::optional<DType> storage_type(std::string name) {
  if (name.starts_with("torch.cuda.")) name.erase(6, 5);
  static const std::unordered_map<std::string, DType> kTypes = {
      {"torch.DoubleStorage", DType::F64}, {"torch.FloatStorage", DType::F32},
      {"torch.HalfStorage", DType::F16},   {"torch.BFloat16Storage", DType::BF16},
      {"torch.LongStorage", DType::I64},   {"torch.IntStorage", DType::I32},
      {"torch.ShortStorage", DType::I16},  {"torch.CharStorage", DType::I8},
      {"torch.ByteStorage", DType::U8},    {"torch.BoolStorage", DType::Bool}};
  const auto found = kTypes.find(name);
  return found == kTypes.end() ? std::nullopt : std::optional(found->second);
}

bool is_allowed(const std::string& global) {
  return global == kOrderedDict || global == kRebuildTensor || global == kRebuildParameter ||
         storage_type(global);
}

/// The stack machine that a pickle is a program for, without the instructions that run anything.
class PickleMachine {
 public:
  PickleMachine(std::string_view bytes, std::deque<PickleValue>& values) : bytes_(bytes), values_(values) {}

  const PickleValue* run() {
    if (take(2) != std::string_view("\x80\x02")) wrong("protocol 2, which torch.save writes, expected");
    for (;;) {
      const char code = take(1)[0];
      if (code == '.') break;
      if (!constant(code) && !container(code) && !memory(code) && !object(code))
        wrong(fmt::format("instruction 0x{:02x} is none that a file of tensors needs",
                          static_cast<unsigned char>(code)));
    }
    if (stack_.size() != 1 || !marks_.empty()) wrong("it does not end with one value");
    return stack_[0];
  }

 private:
  [[noreturn]] void wrong(const std::string& what) const {
    fail("its pickle is faulty at byte {}: {}", at_, what);
  }

  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size() - at_) wrong("it ends in the middle of an instruction");
    const auto out = bytes_.substr(at_, count);
    at_ += count;
    return out;
  }
  std::uint64_t little_endian(size_t count) {
    std::uint64_t value = 0;
    const auto bytes = take(count);
    for (size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
  }
  /// A two's complement number of up to 8 bytes; none is 0.
  std::int64_t signed_number(size_t count) {
    if (count > 8) wrong("a whole number of more than 8 bytes");
    if (count == 0) return 0;
    const int unused = int(64 - 8 * count);
    return std::int64_t(little_endian(count) << unused) >> unused;
  }
  std::string line() {
    const auto end = bytes_.substr(at_, kMaxNameBytes + 1).find('\n');
    if (end == std::string_view::npos) wrong("a name does not end");
    const std::string out(take(end));
    take(1);
    return out;
  }

  PickleValue& push(Kind kind) {
    if (values_.size() == kMaxValues) wrong(fmt::format("more than {} values", kMaxValues));
    auto& value = values_.emplace_back();
    value.kind = kind;
    stack_.push_back(&value);
    return value;
  }
  PickleValue* pop() {
    if (stack_.size() <= floor()) wrong("the stack is empty");
    auto* const value = stack_.back();
    stack_.pop_back();
    return value;
  }
  PickleValue& top(Kind kind, const char* name) {
    if (stack_.size() <= floor() || stack_.back()->kind != kind) wrong(fmt::format("{} expected", name));
    return *stack_.back();
  }
  size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
  std::vector<PickleValue*> pop_to_mark() {
    if (marks_.empty()) wrong("a mark is missing");
    std::vector<PickleValue*> out(stack_.begin() + std::ptrdiff_t(marks_.back()), stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return out;
  }

  void push_integer(Kind kind, std::int64_t value) { push(kind).integer = value; }

  bool constant(char code) {
    switch (code) {
      case 'N':
        return push(Kind::None), true;
      case '\x88':
        return push_integer(Kind::Bool, 1), true;
      case '\x89':
        return push_integer(Kind::Bool, 0), true;
      case 'J':
        return push_integer(Kind::Int, signed_number(4)), true;
      case 'K':
        return push_integer(Kind::Int, std::int64_t(little_endian(1))), true;
      case 'M':
        return push_integer(Kind::Int, std::int64_t(little_endian(2))), true;
      case '\x8a':
        return push_integer(Kind::Int, signed_number(size_t(little_endian(1)))), true;
      case 'G':
        return take(8), push(Kind::Float), true;  // no tensor needs its value
      case 'X': {
        const auto text = take(little_endian(4));
        return push(Kind::String).text = text, true;
      }
      default:
        return false;
    }
  }

  bool container(char code) {
    switch (code) {
      case '(':
        if (marks_.size() == kMaxValues) wrong("too many marks");
        return marks_.push_back(stack_.size()), true;
      case '}':
        return push(Kind::Dict), true;
      case ']':
        return push(Kind::List), true;
      case ')':
        return push(Kind::Tuple), true;
      case '\x85':
      case '\x86':
      case '\x87':
        return tuple_of(size_t(static_cast<unsigned char>(code)) - 0x84), true;
      case 't': {
        auto items = pop_to_mark();
        return push(Kind::Tuple).items = std::move(items), true;
      }
      case 'a':
        return append(Kind::List, "a list", {pop()}), true;
      case 'e':
        return append(Kind::List, "a list", pop_to_mark()), true;
      case 's': {
        auto* const value = pop();
        auto* const key = pop();
        return append(Kind::Dict, "a dictionary", {key, value}), true;
      }
      case 'u': {
        const auto items = pop_to_mark();
        if (items.size() % 2 != 0) wrong("a key without a value");
        return append(Kind::Dict, "a dictionary", items), true;
      }
      default:
        return false;
    }
  }

  void tuple_of(size_t count) {
    std::vector<PickleValue*> items(count);
    for (size_t i = count; i-- > 0;) items[i] = pop();
    push(Kind::Tuple).items = std::move(items);
  }
  void append(Kind kind, const char* name, const std::vector<PickleValue*>& items) {
    auto& into = top(kind, name).items;
    into.insert(into.end(), items.begin(), items.end());
  }

  bool memory(char code) {
    switch (code) {
      case 'q':
        return keep(little_endian(1)), true;
      case 'r':
        return keep(little_endian(4)), true;
      case 'h':
        return recall(little_endian(1)), true;
      case 'j':
        return recall(little_endian(4)), true;
      default:
        return false;
    }
  }
  void keep(std::uint64_t slot) {
    if (stack_.size() <= floor()) wrong("nothing to remember");
    if (memo_.size() == kMaxValues) wrong("it remembers too much");
    memo_[slot] = stack_.back();
  }
  void recall(std::uint64_t slot) {
    const auto found = memo_.find(slot);
    if (found == memo_.end()) wrong(fmt::format("value {} was never remembered", slot));
    stack_.push_back(found->second);
  }

  bool object(char code) {
    switch (code) {
      case 'c': {
        const auto module = line();
        const auto global = module + "." + line();
        if (!is_allowed(global))
          wrong(fmt::format("it asks for {}, which no file of tensors needs; nothing was run", global));
        return push(Kind::Global).text = global, true;
      }
      case 'R':
        return call(), true;
      case 'Q':
        return push_storage(), true;
      case 'b':
        pop();  // attributes, such as _metadata of a state dict: nobody needs them
        return top(Kind::Dict, "an ordered dictionary"), true;
      default:
        return false;
    }
  }

  void call() {
    const auto& arguments = *pop();
    const auto& function = *pop();
    if (function.kind != Kind::Global || arguments.kind != Kind::Tuple) wrong("a call of no function");
    const auto& args = arguments.items;
    if (function.text == kOrderedDict && args.empty()) {
      push(Kind::Dict);
    } else if (function.text == kRebuildParameter && !args.empty() && args[0]->kind == Kind::Tensor) {
      stack_.push_back(args[0]);
    } else if (function.text == kRebuildTensor && args.size() >= 4 && args[0]->kind == Kind::Storage &&
               args[1]->kind == Kind::Int) {
      auto shape = numbers(*args[2]), strides = numbers(*args[3]);
      if (shape.size() != strides.size()) wrong("a tensor with more or fewer strides than sides");
      auto& tensor = push(Kind::Tensor);
      tensor.items = {args[0]};
      tensor.integer = args[1]->integer;
      tensor.shape = std::move(shape);
      tensor.strides = std::move(strides);
    } else {
      wrong(fmt::format("{} with arguments it does not take", function.text));
    }
  }

  std::vector<std::int64_t> numbers(const PickleValue& tuple) const {
    if (tuple.kind != Kind::Tuple || tuple.items.size() > kMaxDimensions)
      wrong("a tensor of no sensible shape");
    std::vector<std::int64_t> out;
    for (const auto* item : tuple.items) {
      if (item->kind != Kind::Int) wrong("a shape that is not of whole numbers");
      out.push_back(item->integer);
    }
    return out;
  }

  /// ("storage", torch.FloatStorage, key, device, elements): the device is of no interest.
  void push_storage() {
    const auto& id = *pop();
    const auto& items = id.items;
    const bool fits = id.kind == Kind::Tuple && items.size() == 5 && items[0]->kind == Kind::String &&
                      items[0]->text == "storage" && items[1]->kind == Kind::Global &&
                      items[2]->kind == Kind::String && items[4]->kind == Kind::Int;
    const auto type = fits ? storage_type(items[1]->text) : std::nullopt;
    if (!type) wrong("data of a kind that is not known");
    auto& storage = push(Kind::Storage);
    storage.type = *type;
    storage.text = items[2]->text;
    storage.integer = items[4]->integer;
  }

  std::string_view bytes_;
  std::deque<PickleValue>& values_;
  size_t at_ = 0;
  std::vector<PickleValue*> stack_;
  std::vector<size_t> marks_;  ///< heights of the stack
  std::unordered_map<std::uint64_t, PickleValue*> memo_;
};

}  // namespace

Pickle::Pickle(std::string_view bytes) {
  require(bytes.size() <= kMaxPickleBytes, "its pickle has {} bytes; {} are the most that are read",
          bytes.size(), kMaxPickleBytes);
  root_ = PickleMachine(bytes, values_).run();
}

}  // namespace tandem::interchange
