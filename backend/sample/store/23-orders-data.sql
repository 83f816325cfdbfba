-- Orders: three and a half years of them, more each year, most before Christmas and on Sundays and Mondays.

select generator.begin();

insert into public.promotions (id, code, name, discount_percent, valid)
  select row_number() over (order by lower(valid)), code || to_char(lower(valid), 'YY'), name, discount, valid
  from (
    select code, name, discount,
      tstzrange(make_timestamptz(year, month, day, 0, 0, 0), make_timestamptz(year, month, day, 0, 0, 0) + length)
        as valid
    from generate_series(2022, 2025) as year
    cross join (values
      ('SPRING', 'Spring days', 10, 3, 20, interval '14 days'),
      ('SUMMER', 'Summer sale', 15, 7, 1, interval '21 days'),
      ('AUTUMN', 'Autumn clearance', 12, 10, 1, interval '10 days'),
      ('BLACK', 'Black weekend', 25, 11, 24, interval '5 days'),
      ('ADVENT', 'Advent', 8, 12, 5, interval '15 days')
    ) as season (code, name, discount, month, day, length)
  ) as calendar;

-- How many orders each day has: growth times season times weekday.

create table generator.days as
  select day, size * sum(weight) over (order by day) / sum(weight) over () as upto,
    size * weight / sum(weight) over () as share
  from generator.size(50000, 1000) as size
  cross join (
    select day,
      (0.4 + 1.6 * extract(epoch from day - timestamptz '2022-03-01 00:00+00') / extract(epoch from interval '1280 days'))
      * (array[0.85, 0.8, 0.95, 1.05, 1.15, 1.1, 1.0, 0.9, 0.9, 1.0, 1.45, 1.75])[extract(month from day)::integer]
      * (array[1.2, 1.0, 0.95, 0.9, 0.85, 0.95, 1.25])[extract(isodow from day)::integer]
      * case when to_char(day, 'MM-DD') between '11-24' and '11-28' then 2.2 else 1 end as weight
    from generate_series(timestamptz '2022-03-01 00:00+00', timestamptz '2025-08-31 00:00+00', interval '1 day') as day
  ) as calendar;

-- When each was placed: around lunch or in the evening. A customer must have registered before; loyal ones, every
-- tenth, place a third of all orders.

create table generator.orders as
  with seeds as materialized (
    select floor(upto - share)::integer + place as seed, day
    from generator.days
    cross join lateral generate_series(1, floor(upto)::integer - floor(upto - share)::integer) as place
  ),
  placed as materialized (
    select seed,
      day + interval '1 hour' * least(greatest(case
        when generator.chance(seed, 404) < 0.6 then 20 + 1.8 * generator.bell(seed, 405)
        else 12.5 + 2.5 * generator.bell(seed, 405)
      end, 8.1), 23.9) as placed_at
    from seeds
  ),
  possible as materialized (
    select seed, placed_at, floor((size + 1) * power(
        extract(epoch from placed_at - timestamptz '2022-03-01 08:00+00')::float8 / (1279 * 86400.0::float8), 1.25
      ))::integer as customers
    from generator.size(20000, 500) as size
    cross join placed
  )
  select row_number() over (order by placed_at, seed)::integer as id,
    placed_at,
    case
      when generator.chance(seed, 401) < 0.35 and customers >= 10
        then 10 * (1 + floor(generator.chance(seed, 402) * (customers / 10))::integer)
      else 1 + floor(generator.chance(seed, 402) * customers)::integer
    end as customer_id,
    extract(day from timestamptz '2025-09-01 00:00+00' - placed_at)::integer as age,
    generator.chance(seed, 403) as fate
  from possible
  where customers >= 1;

analyze generator.orders;

-- What was bought: one product or a few, the popular ones more often; little for summer in the depth of winter. What
-- was not released yet gives way to its neighbour, which was.

create table generator.order_lines as
  with wanted as materialized (
    select purchase.id as order_id, purchase.placed_at, purchase.id * 16 + line as seed,
      to_char(purchase.placed_at, 'MM') in ('11', '12', '01', '02') as winter,
      generator.scatter(generator.zipf(generator.chance(purchase.id * 16 + line, 411), products), products) as first,
      generator.scatter(generator.zipf(generator.chance(purchase.id * 16 + line, 412), products), products) as second
    from generator.size(2000, 200) as products
    cross join generator.orders as purchase
    cross join lateral generate_series(
      1, least(1 + floor(-2 * ln(1 - generator.chance(purchase.id, 413)))::integer, 9)
    ) as line
  ),
  seasonal as materialized (
    select order_id, placed_at, seed,
      case
        when winter and (first - 1) % 33 + 1 in (1, 2, 9, 10, 29, 31, 32, 33)
          and generator.chance(seed, 414) < 0.7
        then second
        else first
      end as product_id
    from wanted
  ),
  bought as (
    select distinct on (seasonal.order_id, product.id)
      seasonal.order_id, seasonal.placed_at, seasonal.seed, product.id as product_id, product.category_id
    from seasonal
    join generator.products as chosen on chosen.id = seasonal.product_id
    join public.products as product
      on product.id = chosen.id - (chosen.released_on > seasonal.placed_at::date)::integer
    where product.status <> 'draft'
    order by seasonal.order_id, product.id, seasonal.seed
  )
  select order_id,
    row_number() over (partition by order_id order by seed) as line_number,
    bought.product_id,
    case
      when category_id in (41, 43, 45) then 1 + floor(6 * power(generator.chance(seed, 415), 2))::integer
      when generator.chance(seed, 416) < 0.12 then 2
      else 1
    end as quantity,
    price.price
  from bought
  join public.product_prices as price
    on price.product_id = bought.product_id and price.period @> bought.placed_at::date;

analyze generator.order_lines;

-- An order knows its total; a third of those placed during a promotion used its code.

create table generator.totals as
  select purchase.id, offer.id as promotion_id, coalesce(offer.discount_percent, 0) as discount,
    sum(line.quantity * round(line.price * (1 - coalesce(offer.discount_percent, 0) / 100), 2)) as total
  from generator.orders as purchase
  join generator.order_lines as line on line.order_id = purchase.id
  left join public.promotions as offer
    on offer.valid @> purchase.placed_at and generator.chance(purchase.id, 421) < 0.33
  group by purchase.id, offer.id;

insert into public.orders (
  id, customer_id, billing_address_id, shipping_address_id, promotion_id, status, total, note, placed_at
)
  select purchase.id, customer_id,
    customer_id,
    -- Every fourth customer has a second address, and sends half of the orders there.
    case when customer_id % 4 = 0 and generator.chance(purchase.id, 422) < 0.5
      then generator.size(20000, 500) + customer_id / 4
      else customer_id
    end,
    promotion_id,
    case
      when fate < 0.04 and age > 1 then 'cancelled'
      when fate < 0.07 and age > 21 then 'returned'
      when age < 1 then 'pending'
      when age < 2 then 'paid'
      when age < 3 then 'packed'
      when age < 7 then 'shipped'
      else 'delivered'
    end::public.order_status,
    total,
    case when generator.chance(purchase.id, 423) < 0.05 then generator.pick(
      '{Please leave it with the neighbours,Gift: no invoice in the parcel,Ring twice,Behind the shed,After 18:00 please}',
      generator.chance(purchase.id, 424)
    ) end,
    placed_at
  from generator.orders as purchase
  join generator.totals using (id)
  order by purchase.id;

analyze generator.totals;

insert into public.order_lines (order_id, line_number, product_id, quantity, unit_price)
  select line.order_id, line.line_number, line.product_id, line.quantity,
    round(line.price * (1 - total.discount / 100), 2)
  from generator.order_lines as line
  join generator.totals as total on total.id = line.order_id
  order by line.order_id, line.line_number;

-- Payments: a few fail at first and are tried again two minutes later.

insert into public.payments (id, order_id, method, status, amount, details, paid_at)
  select row_number() over (order by id, attempt), id, method,
    case
      when attempt = 0 then 'failed'
      when status = 'pending' then 'authorised'
      when status in ('cancelled', 'returned') then 'refunded'
      else 'captured'
    end::public.payment_status,
    total,
    case method
      when 'card' then jsonb_build_object(
        'brand', (array['visa', 'mastercard', 'maestro'])[1 + id % 3],
        'last4', lpad(floor(10000 * generator.chance(id, 431))::text, 4, '0')
      )
      when 'paypal' then jsonb_build_object('payer', 'PP' || id * 37)
      when 'invoice' then jsonb_build_object('due_days', 14)
      else '{}'
    end || case when attempt = 0 then '{"error": "declined"}' else '{}' end::jsonb,
    case when attempt > 0 and status <> 'pending' then placed_at + interval '2 minutes' end
  from (
    select id, status, total, placed_at,
      case
        when generator.chance(id, 432) < 0.52 then 'card'
        when generator.chance(id, 432) < 0.82 then 'paypal'
        when generator.chance(id, 432) < 0.93 then 'bank_transfer'
        else 'invoice'
      end::public.payment_method as method
    from public.orders
  ) as purchase
  cross join lateral generate_series((generator.chance(id, 433) > 0.03)::integer, 1) as attempt;
