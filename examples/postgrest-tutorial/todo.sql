-- A to-do list for several people, as a small PostgREST set-up has it: a schema for the API, a role for visitors and one for
-- users, accounts with passwords, a login function that issues a token, policies, and a check before each request.
-- It needs the extension pgcrypto, which comes with PostgreSQL. Load it into an empty database:
--   psql -v ON_ERROR_STOP=1 -f todo.sql todo

create role web_anon nologin;
create role todo_user nologin;
create role authenticator noinherit login password 'mysecretpassword';
grant web_anon, todo_user to authenticator;

-- The API: what is in this schema is served.

create schema api;
grant usage on schema api to web_anon, todo_user;

-- Accounts: nothing of this schema is served.

create schema auth;
grant usage on schema auth to web_anon, todo_user;
create extension pgcrypto schema auth;

create table auth.accounts (
  email text primary key check (email like '%_@_%'),
  password_hash text not null,
  role name not null default 'todo_user',
  blocked boolean not null default false
);

-- Who asks: a claim of the token, null without one.

create function auth.email() returns text
  language sql stable
  return nullif(current_setting('request.jwt.claims', true), '')::json ->> 'email';

-- A JSON Web Token (RFC 7519) signed with HS256, made of what PostgreSQL and pgcrypto have.

create function auth.base64url(bytes bytea) returns text
  language sql immutable
  return translate(encode(bytes, 'base64'), E'+/=\n', '-_');

create function auth.sign(claims json, secret text) returns text
  language sql immutable
  as $$
    select content || '.' || auth.base64url(auth.hmac(content, secret, 'sha256'))
    from concat_ws('.',
      auth.base64url(convert_to('{"alg":"HS256","typ":"JWT"}', 'utf8')),
      auth.base64url(convert_to(claims::text, 'utf8'))
    ) as content
  $$;

-- To-dos belong to who wrote them. Visitors see those that are public.

create table api.todos (
  id serial primary key,
  owner text default auth.email(),
  task text not null check (task <> ''),
  done boolean not null default false,
  due timestamptz,
  public boolean not null default false
);

insert into api.todos (owner, task, public) values
  ('ada@example.org', 'try the tutorial', true),
  ('ada@example.org', 'buy a present', false);

grant select on api.todos to web_anon;
grant select, insert, update, delete on api.todos to todo_user;
grant usage on sequence api.todos_id_seq to todo_user;

alter table api.todos enable row level security;
create policy "what is public is seen by all" on api.todos for select using (public);
create policy "the rest is its owner's" on api.todos to todo_user
  using (owner = auth.email()) with check (owner = auth.email());

-- Signing up and logging in. Both run with the rights of their owner: visitors may not look into the accounts.

create function api.sign_up(email text, password text) returns void
  language plpgsql volatile security definer set search_path = auth, pg_temp
  as $$
begin
  if length(password) < 8 then
    raise check_violation using
      message = 'The password is too short',
      hint = 'Take eight characters or more.';
  end if;
  insert into accounts (email, password_hash)
    values (sign_up.email, crypt(sign_up.password, gen_salt('bf', 4)));
end
$$;

create type api.token as (token text);

create function api.login(email text, password text) returns api.token
  language plpgsql volatile security definer set search_path = auth, pg_temp
  as $$
declare
  account accounts;
  result api.token;
begin
  select a.* into account from accounts a
    where a.email = login.email and a.password_hash = crypt(login.password, a.password_hash);
  if not found then
    raise invalid_password using message = 'Unknown address or wrong password';
  end if;
  select sign(
    json_build_object(
      'role', account.role,
      'email', account.email,
      'exp', extract(epoch from now() + interval '1 hour')::bigint
    ),
    current_setting('app.settings.jwt_secret')
  ) into result.token;
  return result;
end
$$;

grant execute on function api.sign_up(text, text), api.login(text, text) to web_anon;

-- Before each request: a token is good until it expires, unless its account has been blocked since.

create function auth.check_request() returns void
  language plpgsql stable security definer set search_path = auth, pg_temp
  as $$
begin
  if exists (select from accounts where accounts.email = auth.email() and blocked) then
    raise insufficient_privilege using
      message = 'This account is blocked',
      hint = 'Ask whoever runs this list.';
  end if;
end
$$;
