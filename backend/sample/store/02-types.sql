-- Schemas and types. `public` is the shop itself, `reporting` what its owner looks at on Monday morning.

create schema reporting;

comment on schema public is $$The store
An online shop for the outdoors, the home and the table: the sample database of S-Tier.$$;
comment on schema reporting is $$Reports of the store
Sales and customers in sums, some of them stored as materialized views.$$;

-- Enumerations: a closed list, in an order that has a meaning.

create type public.product_status as enum ('draft', 'active', 'discontinued');
create type public.customer_segment as enum ('new', 'regular', 'loyal', 'business');
create type public.order_status as enum
  ('pending', 'paid', 'packed', 'shipped', 'delivered', 'cancelled', 'returned');
create type public.payment_method as enum ('card', 'paypal', 'bank_transfer', 'invoice');
create type public.payment_status as enum ('authorised', 'captured', 'refunded', 'failed');
create type public.movement_reason as enum ('opening', 'delivery', 'dispatch', 'return', 'correction');
create type public.product_link as enum ('accessory', 'alternative', 'successor');

-- Domains: a base type and the rule that every value of it keeps.

create domain public.money_amount as numeric(12, 2) check (value >= 0);
create domain public.email_address as text check (value ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$');
create domain public.sku as text check (value ~ '^[A-Z]{3}-[0-9]{5}$');
create domain public.rating as smallint check (value between 1 and 5);

comment on domain public.money_amount is 'An amount in euros.';
comment on domain public.sku is 'Stock keeping unit: three letters of the category and five digits.';

-- A domain with a representation: stored as a number, spoken as `#rrggbb`. The casts to and from JSON and from text
-- are what an API looks for; PostgreSQL itself says in a warning that it ignores casts of domains.

create domain public.colour as integer check (value between 0 and 16777215);

create function public.json(colour public.colour) returns json
  language sql immutable strict
  return to_json('#' || lpad(to_hex(colour::integer), 6, '0'));

create function public.colour(value text) returns public.colour
  language sql immutable strict
  return ('x' || lpad(ltrim(value, '#'), 8, '0'))::bit(32)::integer;

create function public.colour(value json) returns public.colour
  language sql immutable strict
  return public.colour(value #>> '{}');

set client_min_messages = error;
create cast (public.colour as json) with function public.json(public.colour) as implicit;
create cast (text as public.colour) with function public.colour(text) as implicit;
create cast (json as public.colour) with function public.colour(json) as implicit;
reset client_min_messages;

comment on domain public.colour is 'A colour: stored as a number, written as #rrggbb.';
