-- The people and the houses, what left them and what lies in them.

select generator.begin();
analyze public.orders, public.order_lines;

insert into public.employees (id, manager_id, first_name, last_name, title, hired_on)
  select id,
    case when id > 1 then 1 + (id - 2) / 5 end,
    generator.pick(generator.first_names(), generator.chance(id, 501)),
    generator.pick(generator.last_names(), generator.chance(id, 502)),
    case
      when id = 1 then 'Managing director'
      when id <= 6 then (array['Head of logistics', 'Head of buying', 'Head of finance', 'Head of service', 'Head of IT'])[id - 1]
      when id <= 31 then (array['Warehouse lead', 'Buyer', 'Accountant', 'Team lead', 'Engineer'])[1 + id % 5]
      else (array['Packer', 'Driver', 'Service agent'])[1 + id % 3]
    end,
    date '2021-01-04' + floor(id * 21 * (0.7 + 0.3 * generator.chance(id, 503)))::integer
  from generate_series(1, 64) as id;

insert into public.warehouses (id, code, city, country_code, head_id, opens) values
  (1, 'RTM', 'Rotterdam', 'NL', 7, daterange('2021-02-01', null)),
  (2, 'LEJ', 'Leipzig', 'DE', 8, daterange('2021-02-01', null)),
  (3, 'LYS', 'Lyon', 'FR', 9, daterange('2021-06-15', null)),
  (4, 'GOT', 'Göteborg', 'SE', 10, daterange('2021-09-01', null));

-- The house that serves a country.

create function generator.warehouse(country_code text) returns integer
  language sql immutable
  return case
    when country_code in ('NL', 'BE', 'GB', 'IE') then 1
    when country_code in ('FR', 'ES', 'PT', 'IT') then 3
    when country_code in ('SE', 'DK', 'NO', 'FI') then 4
    else 2
  end;

insert into public.shipments (
  id, order_id, warehouse_id, packed_by, checked_by, carrier, tracking_code, shipped_at, delivered_at
)
  select row_number() over (order by shipped_at, order_id), order_id, warehouse_id,
    32 + order_id % 16, 48 + order_id % 17, carrier,
    upper(left(carrier, 2)) || lpad((order_id * 104729::bigint % 999999937)::text, 9, '0'),
    shipped_at,
    case when status <> 'shipped' then shipped_at + interval '1 hour' * (20 + 70 * generator.chance(order_id, 511)) end
  from (
    select purchase.id as order_id, purchase.status, generator.warehouse(address.country_code) as warehouse_id,
      purchase.placed_at + interval '1 hour' * (10 + 26 * generator.chance(purchase.id, 512)) as shipped_at,
      generator.pick('{Nordpost,Parcelway,Kurier Express,Green Wheels}', generator.chance(purchase.id, 513)) as carrier
    from public.orders as purchase
    join public.addresses as address on address.id = purchase.shipping_address_id
    where purchase.status in ('shipped', 'delivered', 'returned')
  ) as parcel;

insert into public.returns (order_id, line_number, quantity, reason, received_at)
  select line.order_id, line.line_number, line.quantity,
    generator.pick('{too small,too large,damaged,not as described,changed my mind}', generator.chance(line.order_id, 521)),
    shipment.delivered_at + interval '1 day' * (2 + 10 * generator.chance(line.order_id, 522))
  from public.orders as purchase
  join public.shipments as shipment on shipment.order_id = purchase.id
  join public.order_lines as line on line.order_id = purchase.id
  where purchase.status = 'returned'
    and (line.line_number = 1 or generator.chance(line.order_id * 16 + line.line_number, 523) < 0.5);

-- Movements since the count of 1 June 2025: what was there, what left for customers, what came to replace it.

create table generator.movements as
  with opening as (
    select warehouse.id as warehouse_id, product.id as product_id,
      (12 + 60 * generator.chance(product.id * 4 + warehouse.id, 531))::integer as quantity
    from public.warehouses as warehouse
    cross join public.products as product
  ),
  dispatched as (
    select shipment.warehouse_id, line.product_id, line.quantity, shipment.packed_by, shipment.shipped_at
    from public.shipments as shipment
    join public.order_lines as line on line.order_id = shipment.order_id
    where shipment.shipped_at >= timestamptz '2025-06-01 00:00+00'
  ),
  delivered as (
    select warehouse_id, product_id, ceil(1.1 * sum(quantity))::integer as quantity
    from dispatched
    group by warehouse_id, product_id
  )
  select warehouse_id, product_id, quantity, 'opening'::public.movement_reason as reason,
    null::integer as employee_id, timestamptz '2025-06-01 00:00+00' as moved_at
  from opening
  union all
  select warehouse_id, product_id, -quantity, 'dispatch', packed_by, shipped_at from dispatched
  union all
  select warehouse_id, product_id, quantity, 'delivery', 32 + product_id % 16,
    timestamptz '2025-06-02 06:00+00' + interval '1 day' * (product_id % 40)
  from delivered
  union all
  select warehouse_id, product_id, 1 - 2 * (product_id % 2), 'correction', 11,
    timestamptz '2025-08-04 16:00+00' + interval '1 minute' * (product_id % 90)
  from opening
  where generator.chance(product_id * 4 + warehouse_id, 532) < 0.05;

insert into public.stock (warehouse_id, product_id, quantity, reserved)
  select movement.warehouse_id, movement.product_id, sum(movement.quantity),
    least(coalesce(max(promised.quantity), 0), sum(movement.quantity))
  from generator.movements as movement
  left join (
    select generator.warehouse(address.country_code) as warehouse_id, line.product_id, sum(line.quantity) as quantity
    from public.orders as purchase
    join public.addresses as address on address.id = purchase.shipping_address_id
    join public.order_lines as line on line.order_id = purchase.id
    where purchase.status in ('pending', 'paid', 'packed')
    group by 1, 2
  ) as promised using (warehouse_id, product_id)
  group by movement.warehouse_id, movement.product_id;

insert into public.stock_movements (id, warehouse_id, product_id, quantity, reason, employee_id, moved_at)
  select row_number() over (order by moved_at, warehouse_id, product_id, quantity),
    warehouse_id, product_id, quantity, reason, employee_id, moved_at
  from generator.movements;
