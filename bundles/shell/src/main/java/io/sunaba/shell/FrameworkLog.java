package io.sunaba.shell;

import java.util.Collections;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Passes on what OSGi's own services log, such as why a component failed, to the platform's log.
@Component(service = FrameworkLog.class, immediate = true)
public final class FrameworkLog implements LogListener {
    private final LogReaderService reader;

    @Activate
    public FrameworkLog(@Reference LogReaderService reader) {
        this.reader = reader;
        // What went wrong before this bundle started.
        Collections.list(reader.getLog()).reversed().forEach(this::logged);
        reader.addLogListener(this);
    }

    @Deactivate
    public void close() {
        reader.removeLogListener(this);
    }

    @Override
    public void logged(LogEntry entry) {
        Level level =
                switch (entry.getLogLevel()) {
                    case AUDIT, ERROR -> Level.ERROR;
                    case WARN -> Level.WARN;
                    case INFO -> Level.INFO;
                    case DEBUG -> Level.DEBUG;
                    case TRACE -> Level.TRACE;
                };
        LoggerFactory.getLogger("osgi." + entry.getBundle().getSymbolicName())
                .atLevel(level)
                .setCause(entry.getException())
                .log(entry.getMessage());
    }
}
