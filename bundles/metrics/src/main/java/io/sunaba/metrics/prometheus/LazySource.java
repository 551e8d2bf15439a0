package io.sunaba.metrics.prometheus;

import static java.util.Objects.requireNonNull;

import io.sunaba.metrics.Metric;
import io.sunaba.metrics.MetricSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.ComponentServiceObjects;

/// A plugin that is got when it is first asked, and then held: to get it is to activate it, and one
/// whose activation hangs holds up its own numbers alone.
final class LazySource implements MetricSource {
    private final ComponentServiceObjects<MetricSource> objects;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable MetricSource source;
    private boolean released;

    LazySource(ComponentServiceObjects<MetricSource> objects) {
        this.objects = requireNonNull(objects, "objects is null");
    }

    @Override
    public List<Metric> metrics() {
        MetricSource got = get();
        return got == null ? List.of() : got.metrics();
    }

    private @Nullable MetricSource get() {
        lock.lock();
        try {
            if (source != null || released) {
                return source;
            }
        } finally {
            lock.unlock();
        }
        MetricSource got = objects.getService();
        if (got != null && !take(got)) {
            objects.ungetService(got);
        }
        return got;
    }

    private boolean take(MetricSource got) {
        lock.lock();
        try {
            if (source != null || released) {
                return false;
            }
            source = got;
            return true;
        } finally {
            lock.unlock();
        }
    }

    void release() {
        lock.lock();
        try {
            released = true;
            if (source != null) {
                objects.ungetService(source);
                source = null;
            }
        } finally {
            lock.unlock();
        }
    }
}
