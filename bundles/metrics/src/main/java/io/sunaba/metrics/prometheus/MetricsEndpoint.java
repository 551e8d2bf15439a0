package io.sunaba.metrics.prometheus;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.SunabaException;
import io.sunaba.sandbox.PlatformMetrics;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves the metrics over HTTP where the configuration says. An edit that breaks a rule, or names
/// a port that is taken, is told in the log, and the one before stays in force.
@Component(
        name = MetricsConfig.PID,
        service = {},
        immediate = true)
public final class MetricsEndpoint {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsEndpoint.class);

    private final PlatformMetrics metrics;
    private volatile @Nullable MetricsConfig config;
    private @Nullable MetricsServer server;
    private @Nullable InetSocketAddress served;

    @Activate
    public MetricsEndpoint(@Reference PlatformMetrics metrics, MetricsSettings settings) {
        this.metrics = requireNonNull(metrics, "metrics is null");
        modified(settings);
    }

    @Modified
    void modified(MetricsSettings settings) {
        try {
            apply(MetricsConfig.of(settings));
        } catch (SunabaException e) {
            LOG.error("{}", e.getMessage());
        }
    }

    private synchronized void apply(MetricsConfig next) {
        InetSocketAddress wanted = next.enabled() ? next.address() : null;
        if (wanted == null) {
            close();
        } else if (!wanted.equals(served)) {
            MetricsServer opened = new MetricsServer(wanted, this::text);
            close();
            server = opened;
            served = wanted;
            LOG.info("Metrics are served at http:/{}/metrics", wanted);
        }
        config = next;
    }

    private String text() throws InterruptedException {
        return metrics.platform(requireNonNull(config, "config is null").scrapeTimeout());
    }

    @Deactivate
    synchronized void close() {
        MetricsServer open = server;
        if (open != null) {
            open.close();
            server = null;
            served = null;
            LOG.info("Metrics are not served any more");
        }
    }
}
