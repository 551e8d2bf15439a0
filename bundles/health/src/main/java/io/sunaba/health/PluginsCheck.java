package io.sunaba.health;

import io.sunaba.agent.AgentDriver;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.storage.MetadataStorage;
import java.util.Map;
import java.util.TreeMap;
import org.apache.felix.hc.api.FormattingResultLog;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/// Looks whether there are plugins of each kind.
@Component(property = {HealthCheck.NAME + "=plugins", HealthCheck.TAGS + "=sunaba"})
public final class PluginsCheck implements HealthCheck {
    private static final Map<String, Class<?>> KINDS =
            new TreeMap<>(
                    Map.of(
                            "agent", AgentDriver.class,
                            "factory", VmFactory.class,
                            "hypervisor", Hypervisor.class,
                            "storage", MetadataStorage.class));

    private final BundleContext context;

    @Activate
    public PluginsCheck(BundleContext context) {
        this.context = context;
    }

    @Override
    public Result execute() {
        FormattingResultLog log = new FormattingResultLog();
        KINDS.forEach((kind, type) -> {
            if (context.getServiceReference(type) == null) {
                log.critical("there is no {} plugin; plugin:list tells why", kind);
            } else {
                log.info("there are {} plugins", kind);
            }
        });
        return new Result(log);
    }
}
