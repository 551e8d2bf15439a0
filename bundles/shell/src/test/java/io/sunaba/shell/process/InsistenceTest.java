package io.sunaba.shell.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class InsistenceTest {
    private static final int ROUNDS = 2000;

    private final AtomicLong clock = new AtomicLong();
    private final Insistence insistence = new Insistence(clock::get);

    @Test
    void countsAndForgetsAfterAWhile() {
        long soon = Insistence.WHILE.toNanos();
        assertThat(insistence.next()).isZero();
        clock.addAndGet(soon);
        assertThat(insistence.next()).isEqualTo(1);
        clock.addAndGet(soon);
        assertThat(insistence.next()).isEqualTo(2);
        clock.addAndGet(soon + 1);
        assertThat(insistence.next()).isZero();
    }

    @Test
    void ofTwoAtOnceOneIsTheSecond() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < ROUNDS; round++) {
                clock.addAndGet(Insistence.WHILE.toNanos() + 1);
                CountDownLatch both = new CountDownLatch(2);
                Future<Integer> one = threads.submit(() -> together(both));
                Future<Integer> other = threads.submit(() -> together(both));
                assertThat(one.get() + other.get()).isEqualTo(1);
            }
        }
    }

    private int together(CountDownLatch both) throws InterruptedException {
        both.countDown();
        both.await();
        return insistence.next();
    }
}
