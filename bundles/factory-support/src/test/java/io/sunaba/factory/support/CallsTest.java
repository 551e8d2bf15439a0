package io.sunaba.factory.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.UnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CallsTest {
    private final Calls calls = new Calls("VM factory x");

    @Test
    void closingWaitsForThoseThatRunAndLetsNoneBegin() {
        Calls.Call running = calls.begin();
        CompletableFuture<Boolean> closed =
                CompletableFuture.supplyAsync(
                        () -> calls.close(Duration.ofSeconds(20)), Thread::startVirtualThread);
        while (begins()) {
            assertThat(closed).isNotDone();
        }
        assertThatThrownBy(calls::begin)
                .isInstanceOf(UnavailableException.class)
                .hasMessage("VM factory x stops");
        assertThat(closed).isNotDone();
        running.close();
        assertThat(closed.join()).isTrue();
    }

    private boolean begins() {
        try {
            calls.begin().close();
            return true;
        } catch (UnavailableException _) {
            return false;
        }
    }

    @Test
    void patienceEnds() {
        try (Calls.Call _ = calls.begin()) {
            assertThat(calls.close(Duration.ofMillis(1))).isFalse();
        }
    }
}
