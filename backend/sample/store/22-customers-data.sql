-- Customers: they came slowly at first and faster later, in the order of their numbers.

select generator.begin();

insert into public.customers (id, email, first_name, last_name, segment, born_on, preferences, registered_at)
  select id,
    generator.plain(first_name) || '.' || generator.plain(last_name) || id || '@'
      || (array['mail.example', 'post.example', 'inbox.example'])[1 + id % 3],
    first_name, last_name,
    case
      when generator.chance(id, 301) < 0.06 then 'business'
      when id % 10 = 0 then 'loyal'
      when id > 0.9 * size then 'new'
      else 'regular'
    end::public.customer_segment,
    case when generator.chance(id, 302) < 0.8
      then date '1945-01-01' + floor(22000 * (0.3 + 0.7 * generator.chance(id, 303)))::integer
    end,
    jsonb_build_object(
      'language', (array['en', 'de', 'fr', 'nl', 'sv'])[1 + floor(5 * generator.chance(id, 304))::integer],
      'newsletter', generator.chance(id, 305) < 0.4,
      'notify', case when id % 4 = 0 then '["email", "sms"]' else '["email"]' end::jsonb
    ),
    timestamptz '2022-03-01 08:00+00' + interval '1279 days' * power(id::float8 / (size + 1), 0.8)
  from (
    select id, size,
      generator.pick(generator.first_names(), generator.chance(id, 306)) as first_name,
      generator.pick(generator.last_names(), generator.chance(id, 307)) as last_name
    from generator.size(20000, 500) as size
    cross join generate_series(1, size) as id
  ) as people;

-- Cities, each with its share of the customers: Amsterdam takes nine slots of all. A postal code has some digits
-- between what is fixed.

create table generator.slots as
  select row_number() over (order by city, slot)::integer as number, city, country_code, head, digits, tail
  from (values
    ('Amsterdam', 'NL', '10', 2, ' AB', 9), ('Rotterdam', 'NL', '30', 2, ' CD', 6), ('Utrecht', 'NL', '35', 2, ' EF', 4),
    ('Groningen', 'NL', '97', 2, ' GH', 2), ('Berlin', 'DE', '10', 3, '', 9), ('Hamburg', 'DE', '20', 3, '', 6),
    ('München', 'DE', '80', 3, '', 6), ('Köln', 'DE', '50', 3, '', 4), ('Leipzig', 'DE', '04', 3, '', 3),
    ('Paris', 'FR', '750', 2, '', 7), ('Lyon', 'FR', '690', 2, '', 4), ('Nantes', 'FR', '440', 2, '', 2),
    ('Brussel', 'BE', '10', 2, '', 3), ('Gent', 'BE', '90', 2, '', 2), ('London', 'GB', 'SE1 ', 1, 'AB', 4),
    ('Edinburgh', 'GB', 'EH1 ', 1, 'CD', 2), ('Stockholm', 'SE', '113 ', 2, '', 4), ('Göteborg', 'SE', '411 ', 2, '', 3),
    ('København', 'DK', '2', 3, '', 3), ('Aarhus', 'DK', '8', 3, '', 1), ('Oslo', 'NO', '0', 3, '', 2),
    ('Bergen', 'NO', '5', 3, '', 1), ('Helsinki', 'FI', '00', 3, '', 1), ('Dublin', 'IE', 'D', 2, ' F2P4', 2),
    ('Madrid', 'ES', '280', 2, '', 2), ('Barcelona', 'ES', '080', 2, '', 2), ('Lisboa', 'PT', '1', 3, '-041', 1),
    ('Milano', 'IT', '201', 2, '', 2), ('Bologna', 'IT', '401', 2, '', 1), ('Wien', 'AT', '1', 2, '0', 2),
    ('Zürich', 'CH', '80', 2, '', 1), ('Kraków', 'PL', '30-', 3, '', 1), ('Praha', 'CZ', '1', 2, ' 00', 1),
    ('Budapest', 'HU', '10', 2, '', 1)
  ) as city (city, country_code, head, digits, tail, share)
  cross join lateral generate_series(1, share) as slot;

-- Everybody has a first address, with the number of the customer; every fourth has a second one.

insert into public.addresses (id, customer_id, label, street, postal_code, city, country_code)
  select home.id, home.customer_id, home.label,
    generator.pick(
      '{Lindenweg,Kerkstraat,Rue des Lilas,Station Road,Storgatan,Via Roma,Calle Mayor,Hauptstraße,Molenstraat,
        Rue du Moulin,Church Lane,Skolgatan,Gartenweg,Dorpsstraat,Mill Lane,Bergstraße}',
      generator.chance(home.id, 311)
    ) || ' ' || 1 + floor(140 * generator.chance(home.id, 312))::integer,
    slot.head || lpad(floor(power(10, slot.digits) * generator.chance(home.id, 313))::text, slot.digits, '0') || slot.tail,
    slot.city, slot.country_code
  from (
    select id, id as customer_id, 'home' as label from public.customers
    union all
    select generator.size(20000, 500) + id / 4, id, (array['work', 'parents', 'summer house'])[1 + id % 3]
    from public.customers
    where id % 4 = 0
  ) as home
  join generator.slots as slot
    on slot.number = 1 + floor((select count(*) from generator.slots) * generator.chance(home.id, 314))::integer
  order by home.id;

insert into public.loyalty_cards (customer_id, number, points, issued_on)
  select id,
    lpad((1000 + id / 100)::text, 4, '0') || ' '
      || lpad(floor(10000 * generator.chance(id, 321))::text, 4, '0') || ' '
      || lpad(floor(10000 * generator.chance(id, 322))::text, 4, '0'),
    floor(2500 * power(generator.chance(id, 323), 3)),
    registered_at::date + floor(20 * generator.chance(id, 324))::integer
  from public.customers
  where generator.chance(id, 325) < 0.4
  on conflict (number) do nothing;

insert into public.wishes (customer_id, product_id, added_at)
  select customer_id, product_id, timestamptz '2024-03-01 12:00+00' + interval '549 days' * generator.chance(wish, 331)
  from (
    select wish,
      generator.scatter(floor(generator.size(20000, 500) * generator.chance(wish, 332))::bigint, generator.size(20000, 500))
        as customer_id,
      generator.scatter(generator.zipf(generator.chance(wish, 333), generator.size(2000, 200)), generator.size(2000, 200))
        as product_id
    from generate_series(1, generator.size(15000, 300)) as wish
  ) as wishes
  on conflict do nothing;

analyze public.customers, public.addresses;
