#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace laoke::http {

using Moment = std::chrono::steady_clock::time_point;

// One accepted socket with what was read from it and not yet used. Belongs to one thread at a time: the waiting room's
// or a pool's. shut() alone may come from another thread while the owner works.
class Connection {
 public:
  // Owns the socket. `open` counts the connections alive and outlives them all.
  Connection(int socket, std::chrono::milliseconds write_timeout, std::atomic<std::size_t>& open);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  enum class Arrival { kMore, kHeaders, kTooLarge, kGone };
  // Takes what the socket holds now, without blocking. kHeaders: a request's headers are complete.
  Arrival receive(std::size_t header_limit_bytes);
  // The same without looking at the socket.
  Arrival have(std::size_t header_limit_bytes);
  bool nothing_read() const { return used_ == in_.size(); }
  std::string_view waiting() const { return std::string_view(in_).substr(used_); }
  bool readable_within(std::chrono::milliseconds wait) const;
  bool peer_gone() const;

  // Blocking, until the deadline set by read_until(). At most `size` bytes; 0: the peer is gone or the time is up.
  std::size_t read(char* to, std::size_t size);
  void read_until(Moment deadline) { read_deadline_ = deadline; }
  // Collected and sent by flush(), before a read that blocks, and when it grows. False: the peer is gone.
  bool write(const char* from, std::size_t size);
  bool flush();
  bool flush_at_once();  // false also when the peer does not take it all now
  void write_through(bool on) { write_through_ = on; }

  // Sends what is left and says that no more comes. With `unread` the peer's bytes are dropped for a moment first: a
  // close over unread bytes would reset the answer away.
  void finish(bool unread);
  void shut();  // any thread: every read and write of the owner fails from now on

  int socket() const { return socket_; }
  const std::string& peer() const { return peer_; }
  int peer_port() const { return peer_port_; }
  int requests_served = 0;
  int refuse_with = 0;  // the status to answer instead of reading a request
  bool answered_last = false;  // nothing is left but finish()

 private:
  const int socket_;
  const std::chrono::milliseconds write_timeout_;
  std::atomic<std::size_t>& open_;
  std::string peer_;
  int peer_port_ = 0;
  std::string in_, out_;
  std::size_t used_ = 0;     // of in_
  std::size_t scanned_ = 0;  // of in_: no end of headers before here
  Moment read_deadline_ = Moment::max();
  bool write_through_ = false, broken_ = false;
};

}  // namespace laoke::http
