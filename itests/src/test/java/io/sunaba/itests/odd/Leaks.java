package io.sunaba.itests.odd;

import java.util.concurrent.CountDownLatch;

/// Starts a thread when it is activated, and never ends it.
public final class Leaks extends Odd {
    void activate() {
        Thread.ofPlatform()
                .daemon()
                .name("leaked")
                .start(() -> {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
    }
}
