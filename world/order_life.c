/* What becomes of an order: one event is pending for each, whose payload names the customer, which
 * order of the customer it is, and the life of the book. An event that finds another order, or the
 * order in another state, has nothing to do. */
/* SPDX-License-Identifier: MIT */
#include "world/order_book_state.h"

#define CUSTOMER_BITS 24
#define STAMP_BITS    24
#define LOW(bits)     ((UINT64_C(1) << (bits)) - 1)

static uint64_t payload_of(const world_order_book *book, uint32_t customer)
{
    uint64_t stamp = book->orders->orders[customer].stamp & LOW(STAMP_BITS);

    SIM_ASSERT(customer < WORLD_ORDER_CUSTOMERS_MAX);
    return (uint64_t)book->node.incarnation << (CUSTOMER_BITS + STAMP_BITS) |
           stamp << CUSTOMER_BITS | customer;
}

static void end_order(world_order_book *book, uint32_t customer, enum world_order_kind kind)
{
    const struct world_order *order = &book->orders->orders[customer];
    const struct world_order_change change = {
        .rule = order->rule,
        .time = book->node.world->run.now,
        .customer = customer,
        .person = order->person,
        .day = order->day,
        .kind = kind,
    };

    SIM_ASSERT(order->state == WORLD_CUSTOMER_OPEN || order->state == WORLD_CUSTOMER_ACCEPTED);
    world_order_book_write(book, &change);
}

static bool is_overdue(const world_order_book *book, const struct world_order *order)
{
    SIM_ASSERT(order->state == WORLD_CUSTOMER_OPEN);
    return book->node.world->run.now >= world_time_after(order->since, book->config.accept_within);
}

static void step(void *context, uint64_t payload)
{
    world_order_book *book = context;
    uint32_t customer = (uint32_t)(payload & LOW(CUSTOMER_BITS));

    if (book->orders == NULL || payload != payload_of(book, customer) ||
        world_node_postpones(&book->node, step, book, payload)) {
        return;
    }
    const struct world_order *order = &book->orders->orders[customer];
    if (order->state == WORLD_CUSTOMER_OPEN) {
        end_order(
            book, customer, is_overdue(book, order) ? WORLD_ORDER_EXPIRED : WORLD_ORDER_ACCEPTED);
    } else if (order->state == WORLD_CUSTOMER_ACCEPTED) {
        end_order(book, customer, WORLD_ORDER_DONE);
    } else {
        return; /* it was taken back */
    }
    SIM_ASSERT(book->appended > 0);
    world_order_book_pump(book);
}

/* When the order is accepted, or expires. */
static sim_time acceptance(const world_order_book *book, const struct world_order *order)
{
    sim_time expires = world_time_after(order->since, book->config.accept_within);
    bool is_idle = order->person >= book->roster->config.persons - book->config.idle;

    SIM_ASSERT(book->config.idle <= book->roster->config.persons);
    if (is_idle) {
        return expires;
    }
    sim_time delay = sim_dist_draw_time_of(&book->config.accept, &book->accept, order->rule);
    sim_time accepts = world_time_after(order->since, delay);
    return accepts < expires ? accepts : expires;
}

void world_order_life_watch(world_order_book *book, uint32_t customer)
{
    const struct world_order *order = &book->orders->orders[customer];
    sim_time now = book->node.world->run.now;
    sim_time when;

    if (order->state == WORLD_CUSTOMER_OPEN) {
        when = acceptance(book, order);
    } else if (order->state == WORLD_CUSTOMER_ACCEPTED) {
        sim_time work = sim_dist_draw_time_of(&book->config.work, &book->work, order->rule);
        when = world_time_after(order->since, work);
    } else {
        return;
    }
    SIM_ASSERT(when >= order->since);
    if (when != SIM_NEVER) {
        (void)sim_run_after(
            &book->node.world->run,
            when > now ? when - now : 0,
            step,
            book,
            payload_of(book, customer));
    }
}

/* ---- what somebody decides over the orders ---- */

static bool is_ordered(const struct world_order *order)
{
    SIM_ASSERT(order->state <= WORLD_CUSTOMER_CLOSED);
    return order->state == WORLD_CUSTOMER_OPEN || order->state == WORLD_CUSTOMER_ACCEPTED;
}

static void write_of_person(world_order_book *book, uint32_t person, enum world_order_kind kind)
{
    const struct world_order_change change = {
        .time = book->node.world->run.now, .person = person, .kind = kind};

    SIM_ASSERT(kind == WORLD_ORDER_LEFT || kind == WORLD_ORDER_BACK);
    if (book->orders->persons[person].is_away != (kind == WORLD_ORDER_LEFT)) {
        world_order_book_write(book, &change);
    }
}

static uint32_t end_of(uint32_t first, uint32_t count, uint32_t all)
{
    SIM_ASSERT(first <= all);
    return count > all - first ? all : first + count;
}

bool world_order_book_leave(world_order_book *book, uint32_t first, uint32_t count)
{
    uint32_t end = end_of(first, count, book->roster->config.persons);

    if (!book->node.up) {
        return false;
    }
    for (uint32_t customer = 0; customer < book->roster->config.customers; customer++) {
        const struct world_order *order = &book->orders->orders[customer];
        if (is_ordered(order) && order->person >= first && order->person < end) {
            end_order(book, customer, WORLD_ORDER_RECALLED);
        }
    }
    for (uint32_t person = first; person < end; person++) {
        write_of_person(book, person, WORLD_ORDER_LEFT);
    }
    SIM_ASSERT(book->orders != NULL);
    world_order_book_pump(book);
    return true;
}

bool world_order_book_return(world_order_book *book, uint32_t first, uint32_t count)
{
    uint32_t end = end_of(first, count, book->roster->config.persons);

    if (!book->node.up) {
        return false;
    }
    for (uint32_t person = first; person < end; person++) {
        write_of_person(book, person, WORLD_ORDER_BACK);
    }
    SIM_ASSERT(book->orders != NULL);
    world_order_book_pump(book);
    return true;
}

bool world_order_book_close(world_order_book *book, uint32_t first, uint32_t count)
{
    uint32_t end = end_of(first, count, book->roster->config.customers);

    if (!book->node.up) {
        return false;
    }
    for (uint32_t customer = first; customer < end; customer++) {
        const struct world_order *order = &book->orders->orders[customer];
        if (is_ordered(order)) {
            end_order(book, customer, WORLD_ORDER_RECALLED);
        }
        if (order->state == WORLD_CUSTOMER_FREE) {
            const struct world_order_change change = {
                .time = book->node.world->run.now,
                .customer = customer,
                .kind = WORLD_ORDER_CLOSED,
            };
            world_order_book_write(book, &change);
        }
    }
    SIM_ASSERT(book->orders != NULL);
    world_order_book_pump(book);
    return true;
}
