package org.example.sunaba.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sunaba.error.UnavailableException;
import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.HypervisorConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class QueueFactoryTest {
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch twoAsked = new CountDownLatch(2);
    private final CountDownLatch answer = new CountDownLatch(1);

    @Test
    void oneTooManyWaitsForItsTurn() throws InterruptedException {
        VmFactory factory = new QueueFactory(this::wait, "2");
        Thread first = Thread.startVirtualThread(() -> fails(factory));
        Thread second = Thread.startVirtualThread(() -> fails(factory));
        twoAsked.await();

        UnavailableException error =
                assertThrows(
                        UnavailableException.class,
                        () -> factory.newVm(config(Duration.ofMillis(20))));

        assertEquals("no turn within 20 ms: 2 machines are being made", error.getMessage());
        assertEquals(2, asked.get());
        answer.countDown();
        first.join();
        second.join();
        fails(factory);
        assertEquals(3, asked.get());
    }

    private Vm wait(HypervisorConfig config) throws InterruptedException {
        asked.incrementAndGet();
        twoAsked.countDown();
        answer.await();
        throw new UnavailableException("there are no machines here");
    }

    private static void fails(VmFactory factory) {
        assertThrows(
                UnavailableException.class, () -> factory.newVm(config(Duration.ofMinutes(1))));
    }

    private static HypervisorConfig config(Duration bootTimeout) {
        Path file = Path.of("/nowhere");
        GuestImage guest = new GuestImage(file, file, file, "", "build");
        return new HypervisorConfig(
                "fake", "test", guest, 1, 1, 1 << 20, 1 << 20, false, bootTimeout);
    }
}
