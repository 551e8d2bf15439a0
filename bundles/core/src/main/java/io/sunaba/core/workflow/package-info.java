/// Work in steps that are undone when one of them fails.
@NullMarked
package io.sunaba.core.workflow;

import org.jspecify.annotations.NullMarked;
