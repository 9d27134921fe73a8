#pragma once

// Clang's thread-safety analysis; nothing elsewhere. See https://clang.llvm.org/docs/ThreadSafetyAnalysis.html.
#if defined(__clang__)
#define LOGWOOD_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define LOGWOOD_THREAD_ANNOTATION(x)
#endif

#define CAPABILITY(x) LOGWOOD_THREAD_ANNOTATION(capability(x))
#define SCOPED_CAPABILITY LOGWOOD_THREAD_ANNOTATION(scoped_lockable)
#define GUARDED_BY(x) LOGWOOD_THREAD_ANNOTATION(guarded_by(x))
#define PT_GUARDED_BY(x) LOGWOOD_THREAD_ANNOTATION(pt_guarded_by(x))
#define ACQUIRED_BEFORE(...) LOGWOOD_THREAD_ANNOTATION(acquired_before(__VA_ARGS__))
#define ACQUIRED_AFTER(...) LOGWOOD_THREAD_ANNOTATION(acquired_after(__VA_ARGS__))
#define REQUIRES(...) LOGWOOD_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) LOGWOOD_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) LOGWOOD_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define RELEASE(...) LOGWOOD_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS LOGWOOD_THREAD_ANNOTATION(no_thread_safety_analysis)
