#pragma once

#include "logwood/result.h"
#include "logwood/status.h"

// Returns the status of `expression` from this function unless it is OK.
#define LOGWOOD_RETURN_IF_ERROR(expression) \
  LOGWOOD_RETURN_IF_ERROR_AS(LOGWOOD_JOIN(status_at_line_, __LINE__), expression)

#define LOGWOOD_RETURN_IF_ERROR_AS(status, expression)           \
  do {                                                           \
    if (::logwood::Status status = (expression); !status.ok()) { \
      return status;                                             \
    }                                                            \
  } while (false)

// Gives the value of a Result to `target`, which may declare a variable, or returns its status from this function.
#define LOGWOOD_ASSIGN_OR_RETURN(target, expression) \
  LOGWOOD_ASSIGN_OR_RETURN_AS(LOGWOOD_JOIN(result_at_line_, __LINE__), target, expression)

#define LOGWOOD_ASSIGN_OR_RETURN_AS(result, target, expression) \
  auto result = (expression);                                   \
  if (!result.ok()) return result.status();                     \
  target = *std::move(result)

#define LOGWOOD_JOIN(a, b) LOGWOOD_JOIN_EXPANDED(a, b)
#define LOGWOOD_JOIN_EXPANDED(a, b) a##b
