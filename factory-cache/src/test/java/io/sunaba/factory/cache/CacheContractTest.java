package io.sunaba.factory.cache;

import io.sunaba.error.UnavailableException;
import io.sunaba.factory.VmFactory;
import io.sunaba.factory.VmPool;
import io.sunaba.factory.support.Ownership;
import io.sunaba.factory.support.fake.MemoryFixture;
import io.sunaba.tck.factory.FactoryContract;
import io.sunaba.tck.junit.ContractTests;
import java.lang.annotation.Annotation;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class CacheContractTest {
    private static final Duration SHORT = Duration.ofMillis(1);

    private static final class Fixture extends MemoryFixture {
        @SuppressWarnings("BadAnnotationImplementation") // never compared
        private record Settings(String base, String agent, int size, String memory, String expiry)
                implements CacheSettings {
            @Override
            public Class<? extends Annotation> annotationType() {
                return CacheSettings.class;
            }
        }

        @Override
        public VmFactory open() {
            return new CacheFactory(
                    new CacheConfig("base", "fake", 2, 1 << 30, Duration.ofHours(1)),
                    new Ownership("cache"),
                    fakes,
                    () -> {},
                    SHORT,
                    SHORT);
        }

        @Override
        public void openMisconfigured(String value) {
            CacheConfig.of(new Settings("base", "fake", 2, value, "1h"));
        }

        /// A class is kept from the first request on.
        @Override
        public void ready(VmFactory factory) throws InterruptedException {
            CacheFactory cache = (CacheFactory) factory;
            if (cache.list().isEmpty()) {
                try {
                    cache.newVm(config("sandbox/like"));
                    throw new AssertionError("expected that no machine waits yet");
                } catch (UnavailableException _) {
                    // The pool is filled from now on.
                }
            }
            while (!cache.list().stream().allMatch(Fixture::full)) {
                LockSupport.parkNanos(SHORT.toNanos());
            }
        }

        private static boolean full(VmPool pool) {
            return pool.waiting() == pool.target();
        }

        @Override
        public void close(VmFactory factory) {
            ((CacheFactory) factory).close();
        }
    }

    @TestFactory
    Stream<DynamicTest> contract() {
        return ContractTests.of(FactoryContract.suite(), Fixture::new);
    }
}
