package io.sunaba.itests.odd;

import java.util.concurrent.CountDownLatch;

/// Hangs when it is activated, and gives up for no interrupt.
public final class Hangs extends Odd {
    @SuppressWarnings("InfiniteLoop") // that is its fault
    void activate() {
        while (true) {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException _) {
                // It does not care.
            }
        }
    }
}
