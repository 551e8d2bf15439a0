package io.sunaba.etc;

/// A configuration file breaks a rule; the message names file, property, value and rule.
public final class InvalidFileException extends Exception {
    private static final long serialVersionUID = 1;

    InvalidFileException(String message) {
        super(message);
    }
}
