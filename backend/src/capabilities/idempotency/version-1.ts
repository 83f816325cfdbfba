import { sql } from '../../base/index.ts'

/**
 * One row for each kept answer, and the functions that alone touch it. They run as their owner, with a search path of
 * their own, and see nothing but rows of the role that has logged in (`session_user`): what a server passes in as role
 * and claims divides the callers of that server, not servers from each other.
 *
 * The key is not stored, only a digest of it with its caller. The lock comes before the look, and each statement of a
 * volatile function sees what has been committed by then: who gets the lock sees the answer of who had it before.
 */
export const VERSION_1 = Object.freeze({
  up: sql`
    create table s_tier.idempotency_keys (
      login name not null,
      id bytea not null,
      fingerprint bytea not null,
      answer text,
      expires_at timestamptz not null,
      primary key (login, id)
    );
    comment on table s_tier.idempotency_keys is
      'Answers to requests with an Idempotency-Key; a null answer was too large to be kept.';
    create index idempotency_keys_expire on s_tier.idempotency_keys (expires_at);

    create function s_tier.idempotency_id(asked_key text, role_name text, claims jsonb) returns bytea
    language sql stable
    set search_path = pg_catalog, pg_temp
    as $function$
      select sha256(convert_to(jsonb_build_array(
        session_user, role_name, case
          when nullif(claims ->> 'sub', '') is null then claims - '{iat,exp,nbf,jti}'::text[]
          else jsonb_build_object('iss', claims -> 'iss', 'sub', claims -> 'sub')
        end, asked_key)::text, 'UTF8'))
    $function$;

    create function s_tier.idempotency_claim(asked_key text, request text, role_name text, claims text)
    returns text
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $function$
    declare
      asked_id constant bytea :=
        s_tier.idempotency_id(asked_key, role_name, coalesce(nullif(claims, ''), '{}')::jsonb);
      kept record;
    begin
      if not pg_try_advisory_xact_lock(('x' || encode(substr(asked_id, 1, 8), 'hex'))::bit(64)::bigint) then
        raise sqlstate 'STK01' using message = 'A request with this idempotency key is running';
      end if;
      select k.fingerprint into kept from s_tier.idempotency_keys k
        where k.login = session_user and k.id = asked_id and k.expires_at > now();
      if not found then
        return encode(asked_id, 'hex');
      end if;
      if kept.fingerprint <> decode(request, 'hex') then
        raise sqlstate 'STK02' using message = 'This idempotency key belongs to another request';
      end if;
      raise sqlstate 'STK03' using message = 'The answer to this idempotency key is known';
    end
    $function$;

    create function s_tier.idempotency_recall(asked_key text, request text, role_name text, claims text)
    returns table (answer text)
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    as $function$
      select k.answer from s_tier.idempotency_keys k
      where k.login = session_user and k.expires_at > now() and k.fingerprint = decode(request, 'hex')
        and k.id = s_tier.idempotency_id(asked_key, role_name, coalesce(nullif(claims, ''), '{}')::jsonb)
    $function$;

    create function s_tier.idempotency_keep(claimed text, request text, answer text, keep_ms bigint)
    returns void
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $function$
    #variable_conflict use_column
    begin
      insert into s_tier.idempotency_keys as k (login, id, fingerprint, answer, expires_at)
      values (session_user, decode(claimed, 'hex'), decode(request, 'hex'), idempotency_keep.answer,
        clock_timestamp() + keep_ms * interval '1 millisecond')
      on conflict (login, id) do update
        set (fingerprint, answer, expires_at) = (excluded.fingerprint, excluded.answer, excluded.expires_at)
        where k.expires_at <= now();
      if not found then
        raise sqlstate 'STK01' using message = 'A request with this idempotency key was running';
      end if;
    end
    $function$;

    create function s_tier.idempotency_sweep() returns void
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $function$
    begin
      delete from s_tier.idempotency_keys where (login, id) in (
        select login, id from s_tier.idempotency_keys
        where expires_at <= now() order by expires_at limit 16 for update skip locked);
      if found then
        perform set_config('synchronous_commit', 'off', true);
      end if;
    end
    $function$;`,
  down: sql`
    drop function s_tier.idempotency_claim(text, text, text, text);
    drop function s_tier.idempotency_recall(text, text, text, text);
    drop function s_tier.idempotency_keep(text, text, text, bigint);
    drop function s_tier.idempotency_sweep();
    drop function s_tier.idempotency_id(text, text, jsonb);
    drop table s_tier.idempotency_keys;`,
})
