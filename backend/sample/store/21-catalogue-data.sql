-- The catalogue: countries, the tree of categories, suppliers, products and what describes them.

select generator.begin();

insert into public.countries (code, name, vat_rate) values
  ('NL', 'Netherlands', 0.21), ('DE', 'Germany', 0.19), ('FR', 'France', 0.20), ('BE', 'Belgium', 0.21),
  ('GB', 'United Kingdom', 0.20), ('SE', 'Sweden', 0.25), ('DK', 'Denmark', 0.25), ('NO', 'Norway', 0.25),
  ('FI', 'Finland', 0.255), ('IE', 'Ireland', 0.23), ('ES', 'Spain', 0.21), ('PT', 'Portugal', 0.23),
  ('IT', 'Italy', 0.22), ('AT', 'Austria', 0.20), ('CH', 'Switzerland', 0.081), ('PL', 'Poland', 0.23),
  ('CZ', 'Czechia', 0.21), ('HU', 'Hungary', 0.27);

-- The top and the middle of the tree. Leaves follow with what their products are made from.

insert into public.categories (id, parent_id, name, slug, position) values
  (1, null, 'Outdoors', 'outdoors', 1),
  (2, null, 'Cycling', 'cycling', 2),
  (3, null, 'Home', 'home', 3),
  (4, null, 'Kitchen', 'kitchen', 4),
  (5, null, 'Garden', 'garden', 5),
  (6, 1, 'Camping', 'camping', 1),
  (7, 1, 'Hiking', 'hiking', 2),
  (8, 1, 'Water', 'water', 3),
  (9, 2, 'Bicycles', 'bicycles', 1),
  (10, 2, 'Gear', 'cycling-gear', 2),
  (11, 3, 'Living', 'living', 1),
  (12, 3, 'Sleeping', 'sleeping', 2),
  (13, 4, 'Cooking', 'cooking', 1),
  (14, 4, 'Coffee and tea', 'coffee-and-tea', 2),
  (15, 5, 'Growing', 'growing', 1),
  (16, 5, 'Terrace', 'terrace', 2);

create table generator.leaves (
  number integer generated always as identity primary key,
  parent_id integer not null,
  name text not null,
  prefix text not null,
  price numeric not null,
  weight numeric not null,
  material text not null, -- A kind of material: see generator.materials.
  nouns text[] not null
);

insert into generator.leaves (parent_id, name, prefix, price, weight, material, nouns) values
  (6, 'Tents', 'TNT', 289, 3.2, 'cloth', '{Dome Tent,Tunnel Tent,Trekking Tent,Family Tent}'),
  (6, 'Sleeping bags', 'SLP', 149, 1.3, 'warm', '{Trekking Sleeping Bag,Summer Sleeping Bag,Winter Sleeping Bag,Quilt}'),
  (6, 'Camp kitchen', 'CMP', 48, 0.6, 'metal', '{Gas Stove,Cook Set,Camp Mug,Folding Kettle}'),
  (6, 'Lanterns', 'LNT', 36, 0.3, 'metal', '{Camp Lantern,Headlamp,String Light,Torch}'),
  (7, 'Backpacks', 'BPK', 129, 1.1, 'cloth', '{Daypack,Trekking Backpack,Hip Pack,Roll-top Backpack}'),
  (7, 'Boots', 'BTS', 159, 1.2, 'leather', '{Hiking Boot,Trail Shoe,Approach Shoe,Winter Boot}'),
  (7, 'Jackets', 'JKT', 179, 0.5, 'cloth', '{Rain Jacket,Insulated Jacket,Softshell,Windbreaker}'),
  (7, 'Trekking poles', 'POL', 72, 0.5, 'pole', '{Tour Poles,Folding Poles,Trail Poles,Walking Stick}'),
  (8, 'Kayaks', 'KYK', 689, 19, 'hull', '{Touring Kayak,Inflatable Kayak,Packraft,Paddle Board}'),
  (8, 'Dry bags', 'DRY', 29, 0.3, 'hull', '{Dry Bag,Deck Bag,Phone Pouch,Dry Duffel}'),
  (9, 'City bikes', 'CTY', 799, 15, 'frame', '{City Bike,Step-through Bike,Cargo Bike,Folding Bike}'),
  (9, 'Gravel bikes', 'GRV', 1890, 9.8, 'frame', '{Gravel Bike,Randonneur,Gravel Frame,All-road Bike}'),
  (9, 'Electric bikes', 'EBK', 2690, 22, 'frame', '{Electric City Bike,Electric Cargo Bike,Electric Tourer,Electric Folder}'),
  (10, 'Helmets', 'HLM', 84, 0.3, 'shell', '{Road Helmet,City Helmet,Trail Helmet,Kids Helmet}'),
  (10, 'Lights and locks', 'LCK', 46, 0.7, 'metal', '{Front Light,Rear Light,Folding Lock,Chain Lock}'),
  (10, 'Bike bags', 'BBG', 64, 0.8, 'cloth', '{Pannier,Handlebar Bag,Frame Bag,Saddle Bag}'),
  (11, 'Chairs', 'CHR', 219, 7.5, 'wood', '{Lounge Chair,Dining Chair,Rocking Chair,Stool}'),
  (11, 'Tables', 'TBL', 449, 28, 'wood', '{Dining Table,Side Table,Coffee Table,Desk}'),
  (11, 'Lamps', 'LMP', 119, 2.4, 'metal', '{Floor Lamp,Table Lamp,Pendant Lamp,Wall Lamp}'),
  (11, 'Rugs', 'RUG', 239, 9, 'fibre', '{Round Rug,Kelim,Hall Rug,Runner}'),
  (12, 'Beds', 'BED', 699, 46, 'wood', '{Frame Bed,Box Bed,Daybed,Loft Bed}'),
  (12, 'Bedding', 'BDD', 79, 1.4, 'fibre', '{Sheet Set,Duvet,Blanket,Pillow}'),
  (13, 'Knives', 'KNF', 89, 0.2, 'blade', '{Chef''s Knife,Bread Knife,Paring Knife,Santoku}'),
  (13, 'Pots and pans', 'PAN', 109, 2.2, 'iron', '{Frying Pan,Saucepan,Wok,Dutch Oven}'),
  (13, 'Tableware', 'TBW', 34, 0.7, 'clay', '{Cereal Bowl,Dinner Plate,Serving Dish,Carafe}'),
  (14, 'Coffee makers', 'COF', 149, 2.6, 'metal', '{Espresso Machine,French Press,Pour-over Set,Coffee Grinder}'),
  (14, 'Coffee beans', 'BNS', 14, 0.5, 'bean', '{Espresso Beans,Filter Roast,Decaf Beans,Breakfast Blend}'),
  (14, 'Teapots', 'TEA', 44, 0.9, 'clay', '{Family Teapot,Small Teapot,Gaiwan,Tea Set}'),
  (15, 'Seeds', 'SDS', 5, 0.02, 'seed', '{Tomato Seeds,Herb Seeds,Wildflower Mix,Pumpkin Seeds}'),
  (15, 'Tools', 'TLS', 38, 1.1, 'blade', '{Hand Trowel,Pruning Shears,Spade,Watering Can}'),
  (15, 'Planters', 'PLT', 52, 4.1, 'clay', '{Flower Pot,Balcony Pot,Window Box,Hanging Planter}'),
  (16, 'Grills', 'GRL', 329, 24, 'iron', '{Charcoal Grill,Gas Grill,Fire Bowl,Pizza Oven}'),
  (16, 'Garden furniture', 'GFN', 259, 12, 'wood', '{Bench,Deck Chair,Bistro Table,Sun Lounger}');

create table generator.materials (kind text primary key, names text[] not null);

insert into generator.materials (kind, names) values
  ('cloth', '{recycled polyester,ripstop nylon,waxed cotton}'), ('warm', '{recycled fleece,merino wool,responsible down}'),
  ('metal', '{stainless steel,aluminium,brass}'), ('leather', '{leather,suede,recycled mesh}'),
  ('pole', '{carbon,aluminium,bamboo}'), ('hull', '{welded nylon,recycled polyethylene,tarpaulin}'),
  ('frame', '{steel,aluminium,carbon}'), ('shell', '{recycled polycarbonate,bamboo fibre}'),
  ('wood', '{oak,beech,ash,walnut}'), ('fibre', '{wool,linen,organic cotton}'),
  ('blade', '{carbon steel,stainless steel,forged steel}'), ('iron', '{cast iron,enamelled steel,stainless steel}'),
  ('clay', '{stoneware,porcelain,terracotta,glass}'), ('bean', '{arabica,organic arabica,two origins}'),
  ('seed', '{organic seed,untreated seed,old varieties}');

insert into public.categories (id, parent_id, name, slug, position)
  select 16 + number, parent_id, name, lower(replace(name, ' ', '-')),
    row_number() over (partition by parent_id order by number)
  from generator.leaves;

insert into public.suppliers (id, name, country_code, email, lead_time, contact)
  select number,
    (generator.last_names())[1 + number * 17 % 90] || ' & '
      || (array['Sons', 'Daughters', 'Partners', 'Friends', 'Company', 'Sisters', 'Brothers'])[1 + number % 7],
    (array['DE', 'NL', 'SE', 'IT', 'PL', 'PT', 'FR', 'CZ'])[1 + number % 8],
    'orders@supplier' || number || '.example',
    make_interval(days => 3 + floor(generator.chance(number, 102) * 40)::integer),
    jsonb_build_object(
      'person', generator.pick(generator.first_names(), generator.chance(number, 103)),
      'languages', case when number % 3 = 0 then '["en", "de"]' else '["en"]' end::jsonb
    )
  from generate_series(1, 60) as number;

-- Products: a line of words times the nouns of a leaf. A word is used once in a leaf, so names are unique; a shop of
-- more than 60 products a leaf goes on with Mark 2.

create table generator.products as
  select numbered.id,
    leaf.number as leaf,
    (array[
      'Alder', 'Arbor', 'Aspen', 'Aurora', 'Basalt', 'Birch', 'Boreal', 'Breeze', 'Bruma', 'Cairn', 'Cedar', 'Cirrus',
      'Cobalt', 'Coral', 'Delta', 'Dune', 'Ember', 'Estuary', 'Fern', 'Fjord', 'Flint', 'Foehn', 'Glade', 'Granite',
      'Harbour', 'Hazel', 'Heath', 'Heron', 'Juniper', 'Kestrel', 'Lagoon', 'Larch', 'Lichen', 'Linden', 'Loam',
      'Maple', 'Marram', 'Meadow', 'Mistral', 'Moss', 'Nimbus', 'North', 'Oak', 'Osprey', 'Pebble', 'Pine', 'Plover',
      'Quarry', 'Rill', 'Rowan', 'Sable', 'Sierra', 'Slate', 'Solstice', 'Tarn', 'Tundra', 'Umber', 'Vale', 'Willow',
      'Zephyr'
    ])[1 + (sequence * 7 + leaf.number * 13) % 60] as word,
    generator.pick(leaf.nouns, generator.chance(numbered.id, 201)) as noun,
    sequence / 60 + 1 as mark,
    leaf.parent_id, leaf.prefix, leaf.price, leaf.weight,
    generator.pick(material.names, generator.chance(numbered.id, 202)) as material,
    leaf.material in ('bean', 'seed') as grows,
    -- Three of four were there when the shop opened; the others came later, one after another.
    case
      when numbered.id % 4 <> 0 then date '2021-03-01' + floor(generator.chance(numbered.id, 203) * 300)::integer
      else date '2022-03-01' + floor(numbered.id * 1278.0 / generator.size(2000, 200))::integer
    end as released_on,
    generator.chance(numbered.id, 204) as fate
  from (
    select id, (id - 1) % 33 + 1 as leaf, (id - 1) / 33 as sequence
    from generate_series(1, generator.size(2000, 200)) as id
  ) as numbered
  join generator.leaves as leaf on leaf.number = numbered.leaf
  join generator.materials as material on material.kind = leaf.material;

insert into public.products (
  id, sku, name, description, category_id, supplier_id, status, price, colours, attributes, weight_kg,
  storage_celsius, released_on, updated_at
)
  select id,
    prefix || '-' || lpad(id::text, 5, '0'),
    word || ' ' || noun || case when mark > 1 then ' Mark ' || mark else '' end,
    generator.pick(
      '{A quiet favourite,Made to last,New and already loved,Simple and honest,Worth the wait,Small but clever}',
      generator.chance(id, 205)
    ) || ': ' || word || ' ' || lower(noun) || ' in ' || material || generator.pick(
      case when grows
        then '{" by a family farm",", in paper bags",", from our own garden"}'
        else '{", easy to repair and easy to clean",", tested by our own team for a year"," by a family business",
          ", with a warranty that means it",", sent without plastic packaging"}'
      end::text[],
      generator.chance(id, 206)
    ) || generator.pick(
      case
        when parent_id <= 10 then '{". Works in rain and wind.",". Good for long weekends.",". Packs small."}'
        when parent_id <= 12 then '{". Fits small flats.",". Loved by children.",". A present people keep."}'
        when parent_id <= 14 then '{". For every day.",". Enough for two.",". A present people keep."}'
        else '{". Good for small balconies.",". Lasts many seasons.",". Loved by bees and neighbours."}'
      end::text[],
      generator.chance(id, 207)
    ),
    16 + leaf,
    1 + id * 7 % 60,
    case
      when fate < 0.02 then 'draft'
      when fate < 0.08 then 'discontinued'
      else 'active'
    end::public.product_status,
    -- Around the price of the leaf, within a factor of about two, ending as prices end.
    ceil(price * exp(0.35 * generator.bell(id, 208))::numeric) - case when price < 20 then 0.05 else 0.10 end,
    case when grows then '{}' else (
      select array_agg(colour order by place)
      from unnest('{black,sand,moss,ocean,brick,snow,mustard,slate}'::text[]) with ordinality as list (colour, place)
      where generator.chance(id * 8 + place, 209) < 0.3 or place = 1 + id % 8
    ) end,
    jsonb_build_object('material', material, 'vegan', material not in ('leather', 'suede', 'wool', 'merino wool'))
      || case when grows
        then jsonb_build_object('harvest', 2024 + id % 2)
        else jsonb_build_object(
          'warranty_months', (array[12, 24, 24, 36, 60, 120])[1 + id % 6],
          'size_cm', jsonb_build_object(
            'width', 5 + floor(generator.chance(id, 210) * 120)::integer,
            'height', 5 + floor(generator.chance(id, 211) * 90)::integer
          )
        )
      end
      || case when id % 5 = 0 then '{"eco_label": "Blue Leaf"}' else '{}' end::jsonb,
    round(weight * (0.6 + 0.8 * generator.chance(id, 212))::numeric, 3) + 0.001,
    case when grows then int4range(5, 25) else int4range(-10, 40) end,
    released_on,
    released_on + interval '9 hours'
  from generator.products;

insert into public.product_manuals (product_id, languages, pages, url)
  select id, case when id % 2 = 0 then '{en,de,fr,nl}' else '{en,de}' end::text[],
    4 + floor(generator.chance(id, 221) * 60)::integer,
    'https://store.example/manuals/' || lower(prefix) || '-' || id || '.pdf'
  from generator.products
  where price > 80;

-- Prices rose in two Januaries.

insert into public.product_prices (product_id, period, price)
  select id, period, greatest(round(price * factor, 1) - 0.10, 0.50)
  from public.products
  cross join (values
    (daterange('2021-03-01', '2023-01-01'), 0.90), (daterange('2023-01-01', '2024-01-01'), 0.96)
  ) as past (period, factor)
  where released_on < upper(period)
  union all
  select id, daterange('2024-01-01', null), price from public.products;

insert into public.tags (id, name, colour)
  select id, name, public.colour(colour)
  from (values
    (1, 'new', '#2f9e44'), (2, 'sale', '#e03131'), (3, 'organic', '#74b816'), (4, 'handmade', '#9c36b5'),
    (5, 'lightweight', '#1c7ed6'), (6, 'waterproof', '#0c8599'), (7, 'bestseller', '#f08c00'),
    (8, 'gift', '#d6336c'), (9, 'vegan', '#37b24d'), (10, 'recycled', '#099268'), (11, 'family', '#f59f00'),
    (12, 'premium', '#343a40'), (13, 'compact', '#4263eb'), (14, 'winter', '#22b8cf'), (15, 'summer', '#fcc419'),
    (16, 'repairable', '#868e96')
  ) as tag (id, name, colour);

insert into public.product_tags (product_id, tag_id)
  select product.id, tag.id
  from public.products as product
  cross join public.tags as tag
  where generator.chance(product.id * 16 + tag.id, 231) < 0.5 / sqrt(tag.id);

insert into public.related_products (product_id, related_id, kind)
  select product.id, related.id, related.kind
  from public.products as product
  cross join lateral (
    select 1 + floor(generator.chance(product.id * 4 + link, 241) * generator.size(2000, 200))::integer as id,
      (enum_range(null::public.product_link))[1 + link % 3] as kind
    from generate_series(1, 3) as link
  ) as related
  where related.id <> product.id
  on conflict do nothing;

analyze generator.products, public.products, public.product_prices;
