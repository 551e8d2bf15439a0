package io.sunaba.shell;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.factory.Template;
import io.sunaba.factory.TemplateState;
import io.sunaba.factory.Templates;
import io.sunaba.hypervisor.HypervisorConfig;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/// Templates of nothing.
public final class HostTemplates implements Templates {
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");

    public final Set<String> damaged = ConcurrentHashMap.newKeySet();

    /// Holds the making of templates up until it is counted down.
    public volatile CountDownLatch gate = new CountDownLatch(0);

    private final Map<String, Template> templates = new TreeMap<>();

    @Override
    public synchronized List<Template> list() {
        return List.copyOf(templates.values());
    }

    @Override
    public Template create(HypervisorConfig config) throws InterruptedException {
        if (config.vcpus() > 8) {
            throw new RejectedException("vcpus is " + config.vcpus() + ": it must be at most 8");
        }
        gate.await();
        Template made =
                new Template(
                        "t" + config.vcpus(),
                        TemplateState.READY,
                        config.hypervisor(),
                        "VMM 1",
                        config.guest().buildHash(),
                        config.vcpus(),
                        config.memoryBytes(),
                        3 << 20,
                        AT);
        synchronized (this) {
            templates.put(made.id(), made);
        }
        return made;
    }

    @Override
    public synchronized void delete(String templateId) {
        if (templates.remove(templateId) == null) {
            throw new NotFoundException("there is no template '" + templateId + "'");
        }
    }

    @Override
    public synchronized void verify(String templateId) {
        if (!templates.containsKey(templateId)) {
            throw new NotFoundException("there is no template '" + templateId + "'");
        }
        if (damaged.contains(templateId)) {
            templates.remove(templateId);
            throw new RejectedException("/templates/" + templateId + "/memory is damaged");
        }
    }
}
