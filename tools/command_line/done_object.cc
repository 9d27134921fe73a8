#include "tools/command_line/done_object.h"

namespace logwood::command_line {

JsonObject ObjectOf(const Done& done) {
  JsonObject object;
  if (done.what) {
    object.Add("done", *done.what);
  } else {
    object.AddNull("done");
  }
  object.Add("database", done.database);
  if (done.collection) object.Add("collection", *done.collection);
  return object;
}

}  // namespace logwood::command_line
