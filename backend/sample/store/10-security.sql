-- Who may do what. A privilege opens a table to a role; a policy then chooses the rows.
--   anon           looks at the catalogue
--   authenticated  is a customer: sees and changes what is theirs, by the claim customer_id of the token
--   service_role   is the shop's own software: everything, without policies

grant usage on schema public, reporting to anon, authenticated, service_role;

grant all on all tables in schema public, reporting to service_role;
grant all on all sequences in schema public to service_role;

grant select on
  public.countries, public.categories, public.products, public.product_manuals, public.product_prices, public.tags,
  public.product_tags, public.related_products, public.stock, public.promotions, public.reviews,
  public.active_products, public.product_overview, public.category_paths
  to anon, authenticated;
grant select on reporting.monthly_sales, reporting.product_sales, reporting.best_sellers to anon, authenticated;

grant select on
  public.customers, public.addresses, public.loyalty_cards, public.wishes, public.orders, public.order_lines,
  public.payments, public.shipments, public.returns, public.order_overview
  to authenticated;
grant update (first_name, last_name, email, born_on, preferences) on public.customers to authenticated;
grant insert, update, delete on public.addresses, public.wishes to authenticated;
grant insert (product_id, customer_id, rating, title, body) on public.reviews to authenticated;
grant update (rating, title, body), delete on public.reviews to authenticated;
grant update (note) on public.orders to authenticated;
grant usage on sequence public.addresses_id_seq, public.reviews_id_seq to authenticated;

revoke execute on function
  public.place_order(jsonb, integer, integer, text), public.reserve_stock(integer), public.refresh_reports()
  from public;
grant execute on function public.place_order(jsonb, integer, integer, text) to authenticated, service_role;
grant execute on function public.reserve_stock(integer), public.refresh_reports() to service_role;

-- The catalogue: drafts are for the shop only.

alter table public.products enable row level security;
create policy "everybody sees what is not a draft" on public.products
  for select to anon, authenticated using (status <> 'draft');

alter table public.promotions enable row level security;
create policy "everybody sees promotions" on public.promotions
  for select to anon, authenticated using (true);

alter table public.reviews enable row level security;
create policy "everybody reads published reviews" on public.reviews
  for select to anon, authenticated using (published);
create policy "customers see their own reviews" on public.reviews
  for select to authenticated using (customer_id = (select public.current_customer_id()));
create policy "customers write in their own name" on public.reviews
  for insert to authenticated with check (customer_id = (select public.current_customer_id()));
create policy "customers change their own reviews" on public.reviews
  for update to authenticated using (customer_id = (select public.current_customer_id()));
create policy "customers remove their own reviews" on public.reviews
  for delete to authenticated using (customer_id = (select public.current_customer_id()));

-- What belongs to one customer. The sub-select lets PostgreSQL read the claim once, not once a row.

alter table public.customers enable row level security;
create policy "customers are their own" on public.customers
  to authenticated using (id = (select public.current_customer_id()));

alter table public.addresses enable row level security;
create policy "addresses belong to a customer" on public.addresses
  to authenticated using (customer_id = (select public.current_customer_id()));

alter table public.loyalty_cards enable row level security;
create policy "cards belong to a customer" on public.loyalty_cards
  to authenticated using (customer_id = (select public.current_customer_id()));

alter table public.wishes enable row level security;
create policy "wishes belong to a customer" on public.wishes
  to authenticated using (customer_id = (select public.current_customer_id()));

alter table public.orders enable row level security;
create policy "orders belong to a customer" on public.orders
  to authenticated using (customer_id = (select public.current_customer_id()));

-- What belongs to an order: whoever sees the order sees it too, because the policy of `orders` holds inside.

alter table public.order_lines enable row level security;
create policy "lines go with their order" on public.order_lines
  for select to authenticated using (exists (select from public.orders where id = order_id));

alter table public.payments enable row level security;
create policy "payments go with their order" on public.payments
  for select to authenticated using (exists (select from public.orders where id = order_id));

alter table public.shipments enable row level security;
create policy "shipments go with their order" on public.shipments
  for select to authenticated using (exists (select from public.orders where id = order_id));

alter table public.returns enable row level security;
create policy "returns go with their order" on public.returns
  for select to authenticated using (exists (select from public.orders where id = order_id));

-- Not for the public at all: no privilege, and no policy either.

alter table public.suppliers enable row level security;
alter table public.employees enable row level security;
alter table public.warehouses enable row level security;
alter table public.stock_movements enable row level security;
