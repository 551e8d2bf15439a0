package io.sunaba.shell.control;

import static java.util.Objects.requireNonNull;

import java.io.InputStream;
import java.util.EnumSet;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.InputFlag;
import org.jline.terminal.Attributes.LocalFlag;
import org.jline.terminal.Terminal;

/// The keys of a dialog, past what it makes of some of them.
final class DialogKeys implements RemoteTty.Keys {
    private final Terminal terminal;
    private final Attributes usual;

    DialogKeys(Terminal terminal) {
        this.terminal = requireNonNull(terminal, "terminal is null");
        this.usual = terminal.getAttributes();
    }

    @Override
    public InputStream open() {
        terminal.flush();
        Attributes raw = new Attributes(usual);
        raw.setLocalFlags(EnumSet.allOf(LocalFlag.class), false);
        raw.setInputFlags(EnumSet.allOf(InputFlag.class), false);
        terminal.setAttributes(raw);
        return terminal.input();
    }

    @Override
    public void close() {
        terminal.setAttributes(usual);
    }
}
