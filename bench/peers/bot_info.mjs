// What getMe would answer: given to grammY, so that it starts without a call.
export const TOKEN = '7700112233:bench';
export const botInfo = {
  id: 7700112233, is_bot: true, first_name: 'bench', username: 'bench_bot', can_join_groups: true,
  can_read_all_group_messages: false, supports_inline_queries: false, can_connect_to_business: false, has_main_web_app: false,
};
