package io.sunaba.shell.plugin;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/// Looks whether a service can be had. Many components are not tried before somebody wants their
/// service; one whose activation hangs is not waited for.
final class Probe {
    enum Answer {
        WORKS,
        FAILS,
        HANGS
    }

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final BundleContext context;
    private final Map<ServiceReference<?>, Question> pending = new ConcurrentHashMap<>();

    /// A question that is not answered yet. It is not asked again meanwhile.
    private record Question(CompletableFuture<Answer> answer, long asked) {
        Answer await() {
            long left = PATIENCE.minusNanos(System.nanoTime() - asked).toNanos();
            return answer.copy()
                    .completeOnTimeout(Answer.HANGS, Math.max(0, left), TimeUnit.NANOSECONDS)
                    .join();
        }
    }

    Probe(BundleContext context) {
        this.context = requireNonNull(context, "context is null");
    }

    Answer ask(ServiceReference<?> service) {
        return pending.computeIfAbsent(service, this::begin).await();
    }

    private Question begin(ServiceReference<?> service) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .name("probe")
                .start(() -> {
                    Answer found = tried(service);
                    pending.remove(service);
                    answer.complete(found);
                });
        return new Question(answer, System.nanoTime());
    }

    private Answer tried(ServiceReference<?> service) {
        try {
            boolean works = context.getService(service) != null;
            context.ungetService(service);
            return works ? Answer.WORKS : Answer.FAILS;
        } catch (RuntimeException | Error _) {
            return Answer.FAILS;
        }
    }
}
