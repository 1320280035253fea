#pragma once
#include <string_view>

#include "handlers/seller/chat.h"

// What does the work of each command: `rest` is what stands behind its name. One file per command or family. They check
// before they write: a Refusal that leaves them has changed nothing or rolls the whole callback back.
namespace laoke::seller {

void run_tag(Chat& chat, std::string_view rest);
void run_untag(Chat& chat, std::string_view rest);
void run_find(Chat& chat, std::string_view rest);
void run_note(Chat& chat, std::string_view rest);
void run_birthday(Chat& chat, std::string_view rest);
void run_phone(Chat& chat, std::string_view rest);
void run_address(Chat& chat, std::string_view rest);
void run_attribute(Chat& chat, std::string_view rest);
void run_stage(Chat& chat, std::string_view rest);
void run_grade(Chat& chat, std::string_view rest);
void run_owner(Chat& chat, std::string_view rest);
void run_rename(Chat& chat, std::string_view rest);
void run_optout(Chat& chat, std::string_view rest);
void run_optin(Chat& chat, std::string_view rest);
void run_merge(Chat& chat, std::string_view rest);
void run_merge_suggestions(Chat& chat, std::string_view rest);

void run_order(Chat& chat, std::string_view rest);
void run_paid(Chat& chat, std::string_view rest);
void run_ship(Chat& chat, std::string_view rest);
void run_parcel(Chat& chat, std::string_view rest);
void run_delivered(Chat& chat, std::string_view rest);
void run_done(Chat& chat, std::string_view rest);
void run_cancel(Chat& chat, std::string_view rest);
void run_refund(Chat& chat, std::string_view rest);
void run_product(Chat& chat, std::string_view rest);

void run_broadcast(Chat& chat, std::string_view rest);
void run_moment(Chat& chat, std::string_view rest);
void run_pause(Chat& chat, std::string_view rest);
void run_resume(Chat& chat, std::string_view rest);
void run_preview(Chat& chat, std::string_view rest);
void run_segment(Chat& chat, std::string_view rest);
void run_template(Chat& chat, std::string_view rest);
void run_rules(Chat& chat, std::string_view rest);
void run_rule_on(Chat& chat, std::string_view rest);
void run_rule_off(Chat& chat, std::string_view rest);

void run_task(Chat& chat, std::string_view rest);
void run_todo(Chat& chat, std::string_view rest);
void run_stats(Chat& chat, std::string_view rest);
void run_undelivered(Chat& chat, std::string_view rest);
void run_resend(Chat& chat, std::string_view rest);
void run_leave(Chat& chat, std::string_view rest);
void run_why(Chat& chat, std::string_view rest);
void run_undo(Chat& chat, std::string_view rest);
void run_help(Chat& chat, std::string_view rest);
void run_language(Chat& chat, std::string_view rest);
void run_who_am_i(Chat& chat, std::string_view rest);

// What needs no command: each answers whether the text was one of its kind.
bool try_pasted_order(Chat& chat, std::string_view text);
bool try_tracking_number(Chat& chat, std::string_view text);
bool try_order_number(Chat& chat, std::string_view text);  // "#1024" alone shows the order
bool try_customer(Chat& chat, std::string_view text);      // a customer's exact name or phone alone shows the card

}  // namespace laoke::seller
