/* What is wrong with the text of a model is said with the place, a caret and what to do. */
#include "nestml/diagnose.h"

TEST(text_that_is_no_model) {
    CHECK_STR(diagnose(""), "m:1:1: error: there is no model in this file\n"
                            "    \n"
                            "    ^\n"
                            "  hint: a model begins with 'model name:'\n");
    CHECK_STR(diagnose("x\n"), "m:1:1: error: expected 'model name:', found 'x'\n"
                               "    x\n"
                               "    ^\n"
                               "  hint: everything else stands inside a model, indented\n");
    CHECK_STR(diagnose("model m\n"), "m:1:8: error: expected ':', found the end of the line\n"
                                     "    model m\n"
                                     "           ^\n");
    CHECK_STR(diagnose("model 3:\n"
                       "    state:\n"
                       "        x real = 1\n"),
              "m:1:7: error: expected the name of a model, found '3'\n"
              "    model 3:\n"
              "          ^\n");
    CHECK_STR(
        diagnose("model m:\n"
                 "    state:\n"
                 "    update:\n"
                 "        x = 1\n"),
        "m:2:10: error: this block is empty; it needs a state variable, like V_m mV = -70 mV\n"
        "        state:\n"
        "             ^\n"
        "  hint: indent the lines of a block by four columns\n");
    CHECK_STR(diagnose("neuron old:\n"
                       "    state:\n"
                       "        x real = 1\n"),
              "m:1:1: error: expected 'model name:', found 'neuron'\n"
              "    neuron old:\n"
              "    ^~~~~~\n"
              "  hint: everything else stands inside a model, indented\n");
    CHECK_STR(diagnose("model m:\n"
                       "    foo:\n"
                       "        x real = 1\n"
                       "    state:\n"
                       "        y = 1\n"),
              "m:2:5: error: expected a block of the model, found 'foo'\n"
              "        foo:\n"
              "        ^~~\n"
              "  hint: blocks are: state, equations, parameters, internals, input, output, update, "
              "function, onReceive, onCondition\n"
              "m:5:11: error: expected a type, found '='\n"
              "            y = 1\n"
              "              ^\n"
              "  hint: write the type behind the name: x mV = 1 mV, or n integer = 0\n");
    CHECK_STR(diagnose("model m:\n"
                       "    state:\n"
                       "        x real = 1\n"
                       "      y real = 2\n"),
              "m:4:7: error: this line is indented by 6 columns; the block above it by 4\n"
              "          y real = 2\n"
              "          ^\n"
              "  hint: indent all lines of a block alike\n");
    CHECK_STR(diagnose("model m:\n"
                       "    state:\n"
                       "        x real = 1\n"
                       "            y real = 2\n"),
              "m:4:13: error: this line is indented, but no block begins above it\n"
              "                y real = 2\n"
              "                ^\n"
              "  hint: begin it in the column of the line above\n");
    CHECK_STR(diagnose("model m:\n"
                       "    state:\n"
                       "        x real = 1\n"
                       "model m:\n"
                       "    state:\n"
                       "        x real = 1\n"),
              "m:4:7: error: there are two models named 'm'; the first is in line 1\n"
              "    model m:\n"
              "          ^\n"
              "  hint: give it another name\n");
    CHECK_STR(diagnose("model m:\n"
                       "    state:\n"
                       "        b \302\265V = 1 mV\n"
                       "        x real = 1 ! 2\n"),
              "m:3:11: error: '\302\265' cannot stand here\n"
              "            b \302\265V = 1 mV\n"
              "              ^~\n"
              "  hint: write u for micro: uV, us\n"
              "m:4:20: error: '!' cannot stand here\n"
              "            x real = 1 ! 2\n"
              "                       ^\n"
              "  hint: write 'not'\n");
}

TEST(broken_lines_do_not_hide_the_next) {
    CHECK_STR(diagnose("model m:\n"
                       "    state:\n"
                       "        x real = 1 +\n"
                       "        y mV = = 2\n"
                       "        state real = 1\n"
                       "        z real = (1 + 2\n"
                       "        if mV = 3\n"
                       "    parameters:\n"
                       "        p real 3\n"
                       "        q real = 1 2\n"
                       "    update:\n"
                       "        x = 3 +* 2\n"
                       "        if x == 1\n"
                       "            x = 2\n"
                       "        else:\n"
                       "            x == 3\n"
                       "        elif x > 1:\n"
                       "            x = 1\n"),
              "m:3:21: error: expected an expression, found the end of the line\n"
              "            x real = 1 +\n"
              "                        ^\n"
              "m:4:16: error: expected an expression, found '='\n"
              "            y mV = = 2\n"
              "                   ^\n"
              "m:5:9: error: 'state' is a word of the language and cannot be a name\n"
              "            state real = 1\n"
              "            ^~~~~\n"
              "  hint: choose another name\n"
              "m:6:18: error: the '(' is never closed\n"
              "            z real = (1 + 2\n"
              "                     ^\n"
              "  hint: close it with ')'\n"
              "m:7:9: error: 'if' is a word of the language and cannot be a name\n"
              "            if mV = 3\n"
              "            ^~\n"
              "  hint: choose another name\n"
              "m:9:16: error: expected the end of the line, found '3'\n"
              "            p real 3\n"
              "                   ^\n"
              "m:10:20: error: expected the end of the line, found '2'\n"
              "            q real = 1 2\n"
              "                       ^\n"
              "m:12:16: error: expected an expression, found '*'\n"
              "            x = 3 +* 2\n"
              "                   ^\n"
              "m:13:18: error: expected ':', found the end of the line\n"
              "            if x == 1\n"
              "                     ^\n"
              "m:16:15: error: expected '=', found '=='\n"
              "                x == 3\n"
              "                  ^~\n"
              "  hint: '==' compares; '=' assigns\n"
              "m:17:9: error: expected a statement, found 'elif'\n"
              "            elif x > 1:\n"
              "            ^~~~\n"
              "  hint: it needs an if above it, indented alike\n");
}

TEST(unclosed) {
    CHECK_STR(diagnose("model m:\n"
                       "    state:\n"
                       "        x real = (1 + 2\n"
                       "    parameters:\n"
                       "        p real = 1\n"),
              "m:3:18: error: the '(' is never closed\n"
              "            x real = (1 + 2\n"
              "                     ^\n"
              "  hint: close it with ')'\n");
    CHECK_STR(diagnose("model m:\n"
                       "    state:\n"
                       "        x real = 1 [[x > 0]\n"),
              "m:3:20: error: the '[' is never closed\n"
              "            x real = 1 [[x > 0]\n"
              "                       ^\n"
              "  hint: close it with ']'\n");
    CHECK_STR(diagnose("model m:\n"
                       "    state:\n"
                       "        s real = f(\"abc\n"),
              "m:3:20: error: a string does not end in its line\n"
              "            s real = f(\"abc\n"
              "                       ^~~~\n"
              "  hint: end it with \"\n");
    CHECK_STR(diagnose("model m:\n"
                       "    state:\n"
                       "        x real = (1 + 2\n"
                       "        y real = f(1, 2\n"
                       "    update:\n"
                       "        x = (1\n"),
              "m:4:9: error: expected ')', found 'y'\n"
              "            y real = f(1, 2\n"
              "            ^\n"
              "  hint: the '(' is in line 3\n"
              "m:6:13: error: the '(' is never closed\n"
              "            x = (1\n"
              "                ^\n"
              "  hint: close it with ')'\n");
    CHECK_STR(diagnose("model m:\n"
                       "    \"\"\"doc\n"
                       "    state:\n"),
              "m:2:5: error: a doc string does not end\n"
              "        \"\"\"doc\n"
              "        ^~~\n"
              "  hint: end the text with three quotes\n");
}

int main(void) {
    RUN(text_that_is_no_model);
    RUN(broken_lines_do_not_hide_the_next);
    RUN(unclosed);
    return test_end();
}
