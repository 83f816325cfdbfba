-- Views. `security_invoker` makes a view read with the rights of its reader, so the policies of the tables hold.

-- Simple enough for PostgreSQL to write through it; the check option keeps what is written inside the view.

create view public.active_products with (security_invoker) as
  select id, sku, name, description, category_id, price, colours, weight_kg, released_on
  from public.products
  where status = 'active'
  with cascaded check option;

comment on view public.active_products is 'Products that can be ordered now. It can be written to.';

-- A join: the names that a page of a product needs, ready.

create view public.product_overview with (security_invoker) as
  select product.id, product.name, product.price, product.category_id, category.name as category,
    product.status, product.released_on
  from public.products as product
  join public.categories as category on category.id = product.category_id;

comment on view public.product_overview is 'Products with the name of their category.';

create view public.order_overview with (security_invoker) as
  select purchase.id, purchase.customer_id, purchase.placed_at, purchase.status, purchase.total,
    customer.first_name || ' ' || customer.last_name as customer,
    address.city, address.country_code
  from public.orders as purchase
  join public.customers as customer on customer.id = purchase.customer_id
  join public.addresses as address on address.id = purchase.shipping_address_id;

comment on view public.order_overview is 'Orders with who bought and where it went.';

-- A recursive one: the way from the top of the tree to each category.

create view public.category_paths with (security_invoker) as
  with recursive path as (
    select id, parent_id, name, array[name] as names, 1 as depth
    from public.categories
    where parent_id is null
    union all
    select child.id, child.parent_id, child.name, path.names || child.name, path.depth + 1
    from path
    join public.categories as child on child.parent_id = path.id
  )
  select id, parent_id, name, names, array_to_string(names, ' › ') as path, depth from path;

comment on view public.category_paths is 'Each category with the names above it.';

-- Reports. The materialized ones are as fresh as the last call of `refresh_reports()`. They belong to the owner and
-- hold sums only, so they may be shown to everybody; customers' names are not among them.

create materialized view reporting.monthly_sales as
  select date_trunc('month', purchase.placed_at at time zone 'UTC')::date as month,
    category.id as category_id,
    category.name as category,
    count(distinct purchase.id) as orders,
    sum(line.quantity) as units,
    sum(line.line_total) as revenue
  from public.orders as purchase
  join public.order_lines as line on line.order_id = purchase.id
  join public.products as product on product.id = line.product_id
  join public.categories as category on category.id = product.category_id
  where purchase.status not in ('cancelled', 'returned')
  group by 1, 2, 3
  with no data;

create unique index on reporting.monthly_sales (month, category_id);

comment on materialized view reporting.monthly_sales is 'Orders, units and revenue by month and category.';

create materialized view reporting.product_sales as
  select product.id as product_id,
    product.name,
    sum(line.quantity) as units,
    sum(line.line_total) as revenue,
    rank() over (order by sum(line.line_total) desc) as rank
  from public.products as product
  join public.order_lines as line on line.product_id = product.id
  join public.orders as purchase on purchase.id = line.order_id
  where purchase.status not in ('cancelled', 'returned')
  group by product.id
  with no data;

create unique index on reporting.product_sales (product_id);
create index on reporting.product_sales (rank);

comment on materialized view reporting.product_sales is 'Units and revenue of each product that was ever sold.';

create view reporting.best_sellers as
  select rank, product_id, name, units, revenue
  from reporting.product_sales
  where rank <= 100;

comment on view reporting.best_sellers is 'The hundred products with the most revenue.';

create view reporting.customer_value with (security_invoker) as
  select customer.id as customer_id, customer.segment,
    count(purchase.id) as orders,
    coalesce(sum(purchase.total), 0) as spent,
    max(purchase.placed_at) as last_order_at
  from public.customers as customer
  left join public.orders as purchase
    on purchase.customer_id = customer.id and purchase.status not in ('cancelled', 'returned')
  group by customer.id;

comment on view reporting.customer_value is 'What each customer has spent.';
