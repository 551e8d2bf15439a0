package io.sunaba.health;

import static java.util.Objects.requireNonNull;

import io.sunaba.sandbox.SandboxStatus;
import io.sunaba.sandbox.Sandboxes;
import java.util.List;
import org.apache.felix.hc.api.FormattingResultLog;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/// Looks for sandboxes that are damaged, or ended without being asked to.
@Component(property = {HealthCheck.NAME + "=sandboxes", HealthCheck.TAGS + "=sunaba"})
public final class SandboxesCheck implements HealthCheck {
    private final Sandboxes sandboxes;

    @Activate
    public SandboxesCheck(@Reference Sandboxes sandboxes) {
        this.sandboxes = requireNonNull(sandboxes, "sandboxes is null");
    }

    @Override
    public Result execute() {
        return result(sandboxes.list());
    }

    static Result result(List<SandboxStatus> all) {
        FormattingResultLog log = new FormattingResultLog();
        log.info("sandboxes: {}", all.size());
        for (SandboxStatus status : all) {
            if (status.reason() != null) {
                log.warn("sandbox {}: {}", status.id(), status.reason());
            }
        }
        return new Result(log);
    }
}
