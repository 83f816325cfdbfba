-- The data are computed, not stored: each value is a function of its row's number and of a salt, so the store is the
-- same wherever and whenever it is loaded. Today, in this store, is 1 September 2025.
--
-- What is needed for that lives in a schema of its own, which the last file removes.

create schema generator;

-- Each file of data begins with this. Times are read as UTC. The foreign keys of data that never change are proven
-- once, by a test, so a role that may do so does not check them row by row: a third of the time.

create function generator.begin() returns void
  language plpgsql volatile
  as $$
begin
  perform set_config('TimeZone', 'UTC', false), set_config('jit', 'off', false);
  perform set_config('session_replication_role', 'replica', false);
exception
  when insufficient_privilege then
    perform set_config('TimeZone', 'UTC', false), set_config('jit', 'off', false);
end
$$;

-- How large the store is: the setting `store.scale`, 1 unless told otherwise.

create function generator.size(standard integer, minimum integer) returns integer
  language sql stable
  return greatest(
    round(standard * coalesce(nullif(current_setting('store.scale', true), ''), '1')::numeric)::integer,
    minimum
  );

-- The one source of chance: a number from 0 (in) to 1 (out). PostgreSQL's integer hash never changes, because hash
-- partitions and hash indexes on disk depend on it.

create function generator.chance(number bigint, salt bigint) returns float8
  language sql immutable
  return (hashint8extended(number, salt) & 1073741823) / 1073741824.0::float8;

-- About normal, mean 0 and deviation 1: the sum of three chances.

create function generator.bell(number bigint, salt bigint) returns float8
  language sql immutable
  return 2 * (
    generator.chance(number, salt) + generator.chance(number, salt + 1) + generator.chance(number, salt + 2) - 1.5
  );

create function generator.pick(words text[], chance float8) returns text
  language sql immutable
  return words[1 + floor(chance * cardinality(words))::integer];

-- The popularity of goods follows Zipf's law: the number of a rank falls as a power of it. This is the inverse of
-- its distribution (Zipf and Mandelbrot, exponent 0.8, shift 10): of 2,000 products the first gets 1 % of all. 1.5849 is
-- the fifth root of the shift.

create function generator.zipf(chance float8, size integer) returns integer
  language sql immutable
  return 1 + floor(power(1.5849 + chance * (power(10::float8 + size, 0.2) - 1.5849), 5) - 10)::integer;

-- Scatters ranks over numbers, so that the popular ones are not the first.

create function generator.scatter(rank bigint, size integer) returns integer
  language sql immutable
  return 1 + (rank * 7919 % size)::integer;

-- Everyday names from the countries that the store delivers to.

create function generator.first_names() returns text[]
  language sql immutable
  return '{Emma,Liam,Noah,Mila,Lucas,Sophie,Finn,Julia,Louis,Chloé,Hugo,Léa,Jules,Camille,Gabriel,Manon,Anna,Jonas,
    Lena,Paul,Marie,Felix,Lina,Maximilian,Clara,Emil,Ida,Oskar,Freja,William,Alma,Elias,Astrid,Nils,Maja,Lars,Ingrid,
    Sven,Elin,Anders,Sofia,Mateo,Lucía,Hugo,Martina,Pablo,Carmen,Diego,Elena,Javier,Giulia,Leonardo,Chiara,Matteo,
    Alessia,Lorenzo,Francesca,Marco,Beatrice,Davide,Zofia,Jakub,Hanna,Antoni,Maria,Szymon,Zuzanna,Jan,Oliwia,Adam,
    Amelia,Oliver,Isla,George,Ava,Harry,Grace,Arthur,Lily,Jack,Fatima,Mohamed,Aisha,Yusuf,Leyla,Emre,Inès,Karim,
    Eszter,Bence,Tereza,Tomáš,Inês,João,Beatriz,Tiago,Aoife,Cian,Saoirse,Conor}'::text[];

create function generator.last_names() returns text[]
  language sql immutable
  return '{Jansen,de Vries,Bakker,Visser,Smit,Meijer,de Boer,Mulder,Dekker,van Dijk,Müller,Schmidt,Schneider,Fischer,
    Weber,Wagner,Becker,Hoffmann,Schäfer,Koch,Martin,Bernard,Dubois,Thomas,Robert,Richard,Petit,Durand,Leroy,Moreau,
    García,Martínez,López,Sánchez,Pérez,Gómez,Fernández,Ruiz,Díaz,Moreno,Rossi,Russo,Ferrari,Esposito,Bianchi,Romano,
    Colombo,Ricci,Marino,Greco,Nowak,Kowalski,Wiśniewska,Wójcik,Kamińska,Lewandowska,Zielińska,Szymańska,Dąbrowska,
    Kozłowska,Andersson,Johansson,Karlsson,Nilsson,Eriksson,Larsson,Olsson,Persson,Hansen,Nielsen,Jensen,Pedersen,
    Christensen,Larsen,Berg,Dahl,Haugen,Smith,Jones,Taylor,Brown,Wilson,Evans,Walker,Wright,Green,Murphy,Kelly,
    Byrne,Ryan,Doyle,Silva,Santos,Ferreira,Novák,Svoboda,Horváth,Nagy,Yılmaz,Demir}'::text[];

-- Letters that an email address can hold, from a name.

create function generator.plain(name text) returns text
  language sql immutable
  return translate(
    lower(name),
    'áàâäãåąćčçéèêëęíìîïłñńóòôöõøśšßúùûüýıźżž ',
    'aaaaaaaccceeeeeiiiilnnoooooosssuuuuyizzz.'
  );
