-- Functions. Each says by its volatility what it may be trusted with: `immutable` computes, `stable` reads,
-- `volatile` writes.

-- Computed fields: a function of a row, read as if it were a column of the table.

create function public.full_name(customer public.customers) returns text
  language sql immutable
  return customer.first_name || ' ' || customer.last_name;

create function public.average_rating(product public.products) returns numeric
  language sql stable
  return (select round(avg(rating), 2) from public.reviews where product_id = product.id);

create function public.in_stock(product public.products) returns integer
  language sql stable
  return (select coalesce(sum(available), 0) from public.stock where product_id = product.id)::integer;

comment on function public.full_name(public.customers) is 'First and last name.';
comment on function public.average_rating(public.products) is 'The mean of its ratings; null without reviews.';
comment on function public.in_stock(public.products) is 'How many can be promised, in all warehouses together.';

-- Computed relationships: a function of a row that returns rows of another table, embedded like a foreign key.

create function public.destination(purchase public.orders) returns setof public.countries
  language sql stable rows 1
  as $$
    select country.* from public.addresses as address
    join public.countries as country on country.code = address.country_code
    where address.id = purchase.shipping_address_id
  $$;

create function public.alternatives(product public.products) returns setof public.products
  language sql stable
  as $$
    select other.* from public.products as other
    where other.category_id = product.category_id and other.id <> product.id and other.status = 'active'
    order by abs(other.price - product.price), other.id
    limit 10
  $$;

comment on function public.destination(public.orders) is 'The country the order is sent to.';
comment on function public.alternatives(public.products) is 'Ten products of its category, the nearest in price first.';

-- Reading: rows of a table, so filters, order and embedding apply to the result.

create function public.search_products(query text, max_price numeric default null)
  returns setof public.products
  language sql stable rows 50
  as $$
    select * from public.products
    where search @@ websearch_to_tsquery('english', query)
      and (max_price is null or price <= max_price)
    order by ts_rank(search, websearch_to_tsquery('english', query)) desc, id
  $$;

comment on function public.search_products is 'Products by words, the best match first. "quoted phrase", or, -not.';

-- Variadic: any number of arguments.

create function public.products_tagged(variadic tags text[]) returns setof public.products
  language sql stable rows 50
  as $$
    select product.* from public.products as product
    where (
      select count(*) from public.product_tags as link
      join public.tags as tag on tag.id = link.tag_id
      where link.product_id = product.id and tag.name = any (tags)
    ) = cardinality(tags)
  $$;

comment on function public.products_tagged is 'Products that carry all of these tags.';

-- A subtree, found by walking it.

create function public.category_tree(root integer) returns setof public.categories
  language sql stable rows 20
  as $$
    with recursive tree as (
      select * from public.categories where id = root
      union all
      select child.* from tree join public.categories as child on child.parent_id = tree.id
    )
    select * from tree
  $$;

comment on function public.category_tree is 'A category and all below it.';

-- A table of its own shape.

create function public.sales_by_month(year integer)
  returns table (month date, orders bigint, revenue numeric)
  language sql stable rows 12
  as $$
    select month, sum(orders)::bigint, sum(revenue) from reporting.monthly_sales
    where extract(year from month) = sales_by_month.year
    group by month
    order by month
  $$;

comment on function public.sales_by_month is 'Orders and revenue of each month of a year.';

-- One row, by out parameters.

create function public.price_span(category_id integer, out lowest numeric, out highest numeric)
  language sql stable
  as $$
    select min(price), max(price) from public.products as product
    where product.category_id = price_span.category_id and product.status = 'active'
  $$;

comment on function public.price_span is 'The lowest and the highest price in a category.';

-- Overloaded: three ways to ask what sending costs, told apart by their parameters.

create function public.shipping_cost(weight_kg numeric) returns numeric
  language sql immutable
  return round(3.90 + 0.85 * ceil(weight_kg), 2);

create function public.shipping_cost(weight_kg numeric, country_code text) returns numeric
  language sql immutable
  return round(
    public.shipping_cost(weight_kg) * case
      when country_code in ('NL', 'DE', 'FR', 'SE') then 1.0
      when country_code in ('GB', 'CH', 'NO') then 2.2
      else 1.5
    end,
    2
  );

create function public.shipping_cost(order_id integer) returns numeric
  language sql stable
  return (
    select public.shipping_cost(sum(line.quantity * product.weight_kg), address.country_code)
    from public.orders as purchase
    join public.addresses as address on address.id = purchase.shipping_address_id
    join public.order_lines as line on line.order_id = purchase.id
    join public.products as product on product.id = line.product_id
    where purchase.id = shipping_cost.order_id
    group by address.country_code
  );

comment on function public.shipping_cost(numeric) is 'Sending a weight within the country of a warehouse, in euros.';
comment on function public.shipping_cost(numeric, text) is 'Sending a weight to a country, in euros.';
comment on function public.shipping_cost(integer) is 'Sending an order of yours, in euros.';

-- A default for a parameter.

create function public.with_vat(net numeric, country_code text default 'NL') returns numeric
  language sql stable
  return (select round(net * (1 + vat_rate), 2) from public.countries where code = with_vat.country_code);

comment on function public.with_vat is 'A net amount with the value added tax of a country.';

-- Who is asking. The server puts the claims of the token into a setting; without one the answer is null.

create function public.current_customer_id() returns integer
  language sql stable
  return (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'customer_id')::integer;

create function public.me() returns setof public.customers
  language sql stable rows 1
  as $$ select * from public.customers where id = public.current_customer_id() $$;

comment on function public.current_customer_id is 'The claim customer_id of the token.';
comment on function public.me is 'The customer whose token this is.';

-- Writing: all of an order or nothing. It runs with the rights of its owner, because customers may neither choose
-- their prices nor change the stock; so it checks for itself whose addresses these are.

create function public.place_order(
  items jsonb,
  shipping_address_id integer,
  billing_address_id integer default null,
  promotion_code text default null
) returns public.orders
  language plpgsql volatile security definer set search_path = public, pg_temp
  as $$
#variable_conflict use_variable
declare
  buyer integer := current_customer_id();
  offer promotions;
  placed orders;
begin
  if buyer is null then
    raise insufficient_privilege using
      message = 'Only a customer can place an order',
      hint = 'Send a token with the claim customer_id.';
  end if;
  billing_address_id := coalesce(billing_address_id, shipping_address_id);
  if (select count(distinct address.id) from addresses as address
      where address.customer_id = buyer and address.id in (shipping_address_id, billing_address_id))
    is distinct from (case when shipping_address_id = billing_address_id then 1 else 2 end)
  then
    raise foreign_key_violation using message = 'This is not an address of yours';
  end if;
  if promotion_code is not null then
    select promotion.* into offer from promotions as promotion
    where promotion.code = upper(promotion_code) and promotion.valid @> now();
    if not found then
      raise no_data_found using message = format('There is no promotion %s now', promotion_code);
    end if;
  end if;

  insert into orders (customer_id, billing_address_id, shipping_address_id, promotion_id)
    values (buyer, billing_address_id, shipping_address_id, offer.id)
    returning * into placed;

  insert into order_lines (order_id, line_number, product_id, quantity, unit_price)
    select placed.id, row_number() over (order by item.product_id), item.product_id, item.quantity,
      round(product.price * (1 - coalesce(offer.discount_percent, 0) / 100), 2)
    from (
      select entry.product_id, sum(entry.quantity)::smallint as quantity
      from jsonb_to_recordset(items) as entry (product_id integer, quantity smallint)
      group by entry.product_id
    ) as item
    join products as product on product.id = item.product_id and product.status = 'active';
  if not found then
    raise check_violation using message = 'An order needs at least one product that is on sale';
  end if;

  perform reserve_stock(placed.id);

  update orders as purchase
    set total = (select sum(line.line_total) from order_lines as line where line.order_id = placed.id)
    where purchase.id = placed.id
    returning purchase.* into placed;
  return placed;
end
$$;

-- Reserves each line where most of it lies; a check of the table says no when there is not enough.

create function public.reserve_stock(order_id integer) returns void
  language plpgsql volatile set search_path = public, pg_temp
  as $$
declare
  line record;
begin
  for line in
    select wanted.product_id, wanted.quantity from order_lines as wanted
    where wanted.order_id = reserve_stock.order_id
    order by wanted.product_id -- Always in this order, so that two orders never wait for each other.
  loop
    update stock set reserved = reserved + line.quantity
      where product_id = line.product_id
        and warehouse_id = (
          select here.warehouse_id from stock as here
          where here.product_id = line.product_id
          order by here.available desc, here.warehouse_id
          limit 1
        )
        and available >= line.quantity;
    if not found then
      raise check_violation using
        message = format('There is not enough of product %s', line.product_id),
        hint = 'Ask in_stock for what there is.';
    end if;
  end loop;
end
$$;

comment on function public.place_order is 'Places an order for the customer of the token: items are [{"product_id":1,"quantity":2}].';
comment on function public.reserve_stock is 'Puts the products of an order aside.';

create function public.refresh_reports() returns void
  language plpgsql volatile security definer set search_path = public, pg_temp
  as $$
begin
  refresh materialized view reporting.monthly_sales;
  refresh materialized view reporting.product_sales;
end
$$;

comment on function public.refresh_reports is 'Computes the materialized reports anew.';

-- A trigger keeps the time of the last change.

create function public.touch() returns trigger
  language plpgsql
  as $$
begin
  new.updated_at := now();
  return new;
end
$$;

create trigger touch before update on public.products
  for each row execute function public.touch();
