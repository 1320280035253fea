#pragma once
#include <functional>
#include <string>
#include <vector>

#include "handlers/context.h"

// The rows of each export, in the columns laoke import takes: importing an exported file changes nothing.
namespace laoke::commands {

using ExportRow = std::function<void(const std::vector<std::string>& cells)>;

std::vector<std::string> customer_header(const Context& context);
void export_customers(const Context& context, const ExportRow& row);
std::vector<std::string> order_header(const Context& context);
void export_orders(const Context& context, const ExportRow& row);
std::vector<std::string> product_header(const Context& context);
void export_products(const Context& context, const ExportRow& row);
std::vector<std::string> message_header(const Context& context);
void export_messages(const Context& context, const ExportRow& row);

}  // namespace laoke::commands
