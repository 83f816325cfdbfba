-- Reviews: written by people who bought, a few weeks later. Each product has a quality that its ratings scatter around.

select generator.begin();

insert into public.reviews (id, product_id, customer_id, rating, title, body, helpful, published, written_at)
  select row_number() over (order by written_at, seed), product_id, customer_id, rating,
    generator.pick(case rating
      when 5 then '{Wonderful,Exactly what I wanted,Would buy again,Better than expected,A joy to use}'
      when 4 then '{Very good,Happy with it,Does its job,Good value}'
      when 3 then '{It is all right,"Good, with one flaw",As expected,Mixed feelings}'
      when 2 then '{Not convinced,Could be better,A little disappointed}'
      else '{Broke too soon,Not as described,Sent it back}'
    end::text[], generator.chance(seed, 601)),
    generator.pick(case
      when rating >= 4 then '{"Arrived quickly and looks even better than in the pictures.",
        "We have used it every week since, and it still looks new.","Solid work; you can feel it the moment you unpack it.",
        "Bought it as a present and nearly kept it.","Simple to set up, and it does what it says."}'
      when rating = 3 then '{"Fine for the price, but the finish could be neater.","Works well; the instructions do not.",
        "Good idea, a little heavier than I thought.","It took long to arrive, otherwise all right."}'
      else '{"A seam came apart in the second week.","The colour is not the one in the pictures.",
        "Too flimsy for daily use.","Service was friendly, the product was not what I had hoped for."}'
    end::text[], generator.chance(seed, 602))
      || generator.pick(
        '{""," My neighbour has ordered one too."," The parcel was almost free of plastic."," I would choose another colour next time.",""}',
        generator.chance(seed, 603)
      ),
    floor(40 * power(generator.chance(seed, 604), 6)),
    generator.chance(seed, 605) > 0.02,
    written_at
  from (
    select distinct on (line.product_id, purchase.customer_id)
      line.product_id, purchase.customer_id, purchase.id * 16 + line.line_number as seed,
      purchase.placed_at + interval '1 day' * (9 + 50 * generator.chance(purchase.id * 16 + line.line_number, 606))
        as written_at,
      least(greatest(round(
        4.0 + 0.5 * generator.bell(line.product_id, 607) + 0.9 * generator.bell(purchase.id * 16 + line.line_number, 621)
      ), 1), 5)::smallint as rating
    from public.orders as purchase
    join public.order_lines as line on line.order_id = purchase.id
    where purchase.status in ('delivered', 'returned')
      and generator.chance(purchase.id * 16 + line.line_number, 609) < 0.24
    order by line.product_id, purchase.customer_id, purchase.id
  ) as written
  where written_at < timestamptz '2025-09-01 00:00+00';
