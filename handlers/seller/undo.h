#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "handlers/seller/chat.h"
#include "storage/tasks.h"

// Taking back the last change: each command keeps what it did together with the words it used.
namespace laoke::seller {

// What kind of change, how to take it back ("do" names it, see kInverses in undo.cpp), and what the person was told.
// Says the words and keeps the rest.
void done(Chat& chat, nlohmann::json action, const Phrase& told);
// The same without saying anything: the command words its answer itself.
void remember(Chat& chat, nlohmann::json action, const Phrase& told);

void remember_task(Chat& chat, const storage::Task& task);

}  // namespace laoke::seller
