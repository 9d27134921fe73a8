#include "tests/api/write_filter.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace logwood::testing {
namespace {

constexpr uint32_t kOpenFlagsThatWrite = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;

// Calls that have no harmless form.
constexpr auto kForbidden = std::to_array<uint32_t>({
#ifdef __NR_creat
    __NR_creat,          __NR_unlink,          __NR_rename,      __NR_mkdir,        __NR_rmdir,
    __NR_link,           __NR_symlink,         __NR_chmod,       __NR_chown,        __NR_lchown,
    __NR_mknod,          __NR_utime,           __NR_utimes,      __NR_futimesat,
#endif
#ifdef __NR_renameat
    __NR_renameat,
#endif
    __NR_openat2,        __NR_unlinkat,        __NR_renameat2,   __NR_mkdirat,      __NR_linkat,
    __NR_symlinkat,      __NR_mknodat,         __NR_truncate,    __NR_ftruncate,    __NR_fallocate,
    __NR_fchmod,         __NR_fchmodat,        __NR_fchown,      __NR_fchownat,     __NR_utimensat,
    __NR_fsync,          __NR_fdatasync,       __NR_sync,        __NR_syncfs,       __NR_sync_file_range,
    __NR_msync,          __NR_copy_file_range, __NR_sendfile,    __NR_splice,       __NR_setxattr,
    __NR_lsetxattr,      __NR_fsetxattr,       __NR_removexattr, __NR_lremovexattr, __NR_fremovexattr,
    __NR_io_uring_setup, __NR_io_setup});
// Those that write to the descriptor which is their first argument.
constexpr auto kWriting =
    std::to_array<uint32_t>({__NR_write, __NR_writev, __NR_pwrite64, __NR_pwritev, __NR_pwritev2});

// The filter's program. Each part that handles a call ends with a verdict; all others pass to the next part.
class Program {
 public:
  Program() {
    Load(offsetof(seccomp_data, nr));
    for (const uint32_t call : kForbidden) Handle(call, {Verdict(SECCOMP_RET_TRAP)});
    for (const uint32_t call : kWriting) {
      Handle(call, {LoadArgument(0), Jump(BPF_JGT, STDERR_FILENO, 1, 0), Verdict(SECCOMP_RET_ALLOW),
                    Verdict(SECCOMP_RET_TRAP)});
    }
    HandleFlags(__NR_openat, 2, kOpenFlagsThatWrite);
#ifdef __NR_open
    HandleFlags(__NR_open, 1, kOpenFlagsThatWrite);
#endif
    code_.push_back(Verdict(SECCOMP_RET_ALLOW));
  }

  [[nodiscard]] bool Install() {
    const sock_fprog program{.len = static_cast<unsigned short>(code_.size()), .filter = code_.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
  }

 private:
  static sock_filter Verdict(uint32_t verdict) { return BPF_STMT(BPF_RET | BPF_K, verdict); }
  static sock_filter Jump(uint16_t test, uint32_t value, uint8_t if_true, uint8_t if_false) {
    return {static_cast<uint16_t>(BPF_JMP | test | BPF_K), if_true, if_false, value};
  }
  // The lower half of an argument: descriptors and flags have no other.
  static sock_filter LoadArgument(size_t index) {
    return BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                    static_cast<uint32_t>(offsetof(seccomp_data, args) + index * sizeof(uint64_t)));
  }

  void Load(size_t offset) { code_.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset))); }
  void Handle(uint32_t call, std::vector<sock_filter> part) {
    code_.push_back(Jump(BPF_JEQ, call, 0, static_cast<uint8_t>(part.size())));
    code_.insert(code_.end(), part.begin(), part.end());
  }
  void HandleFlags(uint32_t call, size_t argument, uint32_t forbidden) {
    Handle(call, {LoadArgument(argument), Jump(BPF_JSET, forbidden, 1, 0), Verdict(SECCOMP_RET_ALLOW),
                  Verdict(SECCOMP_RET_TRAP)});
  }

  std::vector<sock_filter> code_;
};

void TellAndEnd(int /*signal*/, siginfo_t* info, void* /*context*/) {
  std::array<char, 64> text{};
  constexpr std::string_view kTold = "a forbidden system call, number ";
  kTold.copy(text.data(), kTold.size());
  char* end = std::to_chars(text.data() + kTold.size(), text.data() + text.size() - 1, info->si_syscall).ptr;
  *end++ = '\n';
  const ssize_t written = ::write(STDERR_FILENO, text.data(), static_cast<size_t>(end - text.data()));
  ::_exit(written > 0 ? kExitWrote : kExitWrote + 1);
}

}  // namespace

bool ForbidWriting() {
  struct sigaction action{};
  action.sa_sigaction = TellAndEnd;
  action.sa_flags = SA_SIGINFO;
  return ::sigaction(SIGSYS, &action, nullptr) == 0 && Program().Install();
}

}  // namespace logwood::testing
