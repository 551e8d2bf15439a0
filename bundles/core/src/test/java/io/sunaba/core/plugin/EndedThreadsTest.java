package io.sunaba.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class EndedThreadsTest {
    /// Notes threads as Felix does.
    private static final class Loader extends ClassLoader {
        private final Map<String, Thread> m_classLocks = new ConcurrentHashMap<>();
    }

    @Test
    void endedThreadsAreForgottenAndThoseAtWorkAreNot() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        Thread atWork =
                Thread.startVirtualThread(() -> {
                    try {
                        done.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
        Thread ended = Thread.startVirtualThread(() -> {});
        ended.join();
        Loader loader = new Loader();
        loader.m_classLocks.put("a.Defined", ended);
        loader.m_classLocks.put("a.BeingDefined", atWork);

        EndedThreads.letGo(loader);

        assertThat(loader.m_classLocks).containsOnlyKeys("a.BeingDefined");
        done.countDown();
        atWork.join();
    }

    @Test
    void otherClassLoadersAreLeftAlone() {
        EndedThreads.letGo(ClassLoader.getSystemClassLoader());
    }
}
